package io.understudy.daemon.route;

import io.understudy.model.Cohort;
import io.understudy.model.ShiftPlan.Identity;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A cohort's conditions in APISIX's expression language. */
final class CohortVars {
  private static final Pattern SPECIAL = Pattern.compile("[\\\\^$.|?*+()\\[\\]{}]");

  private CohortVars() {}

  /** Conditions that hold together exactly for this cohort. */
  static List<JsonArray> all(Cohort cohort, Identity identity) {
    List<JsonArray> vars = new ArrayList<>();
    if (cohort.group() != null) {
      vars.add(JsonArray.of(header(identity.groupHeader()), "==", cohort.group()));
    }
    if (cohort.region() != null) {
      vars.add(JsonArray.of(header(identity.regionHeader()), "==", cohort.region()));
    }
    if (cohort.method() != null) {
      vars.add(JsonArray.of("request_method", "==", cohort.method()));
    }
    if (cohort.pathPrefix() != null) {
      vars.add(JsonArray.of("uri", "~~", "^" + literal(cohort.pathPrefix())));
    }
    return vars;
  }

  /** Alternatives of which one holds exactly for requests outside this cohort. */
  static List<JsonArray> negated(Cohort cohort, Identity identity) {
    List<JsonArray> alternatives = new ArrayList<>();
    for (JsonArray condition : all(cohort, identity)) {
      String variable = condition.getString(0);
      String operator = condition.getString(1);
      alternatives.add(
          operator.equals("==")
              ? JsonArray.of(variable, "~=", condition.getString(2))
              : JsonArray.of(variable, "!", operator, condition.getString(2)));
    }
    return alternatives;
  }

  /** {@code own} and one alternative of each exclusion, in every combination. */
  static List<JsonArray> product(JsonArray own, List<List<JsonArray>> exclusions) {
    List<JsonArray> rules = List.of(own);
    for (List<JsonArray> alternatives : exclusions) {
      List<JsonArray> next = new ArrayList<>();
      for (JsonArray rule : rules) {
        alternatives.forEach(alternative -> next.add(rule.copy().add(alternative)));
      }
      rules = next;
    }
    return rules;
  }

  /** A regular expression for exactly this text; escaping reads better in a listing than \\Q. */
  private static String literal(String text) {
    return SPECIAL.matcher(text).replaceAll("\\\\$0");
  }

  private static String header(String name) {
    return "http_" + name.toLowerCase(Locale.ROOT).replace('-', '_');
  }
}
