package io.understudy.testbed.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code traffic-split}: the first rule that matches a request chooses its upstream.
 *
 * @param gate when it acts
 * @param rules in order
 */
public record TrafficSplit(Plugins.Gate gate, List<Rule> rules) {
  /**
   * A condition and where requests go that fulfil it.
   *
   * @param match some entry of {@code match} holds, or there is none
   * @param targets where to, by weight
   */
  public record Rule(Expression match, List<Target> targets) {
    /**
     * One of a rule's upstreams.
     *
     * @param upstreamId null for the route's own upstream
     * @param weight part of the requests, from 0
     */
    public record Target(@Nullable String upstreamId, int weight) {}
  }

  static TrafficSplit parse(Fields fields) {
    List<Rule> rules = new ArrayList<>();
    fields.eachObject("rules", rule -> rules.add(parseRule(rule)));
    Plugins.Gate gate = Plugins.Gate.parse(fields);
    fields.end();
    return new TrafficSplit(gate, List.copyOf(rules));
  }

  /** The rule for this request; empty when it stays with the route's upstream. */
  public Optional<Rule> ruleFor(Variables request) {
    return gate.filter().holds(request)
        ? rules.stream().filter(rule -> rule.match.holds(request)).findFirst()
        : Optional.empty();
  }

  boolean uses(String upstream) {
    return rules.stream()
        .flatMap(rule -> rule.targets.stream())
        .anyMatch(target -> upstream.equals(target.upstreamId));
  }

  private static Rule parseRule(Fields fields) {
    List<Expression> match = new ArrayList<>();
    fields.eachObject(
        "match",
        entry -> {
          match.add(Expression.parse(entry.path("vars"), entry.raw("vars")));
          entry.end();
        });
    List<Rule.Target> targets = new ArrayList<>();
    fields.eachObject("weighted_upstreams", entry -> targets.add(parseTarget(entry)));
    fields.end();
    Expression condition =
        match.isEmpty() ? new Expression.All(List.of()) : new Expression.Any(List.copyOf(match));
    return new Rule(condition, List.copyOf(targets));
  }

  private static Rule.Target parseTarget(Fields fields) {
    Rule.Target target =
        new Rule.Target(fields.text("upstream_id").orElse(null), fields.integer("weight", 1, 0));
    fields.end();
    return target;
  }
}
