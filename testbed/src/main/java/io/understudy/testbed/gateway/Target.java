package io.understudy.testbed.gateway;

import io.understudy.testbed.gateway.runner.Text;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for.
 *
 * @param raw path and query as they go over the wire
 * @param path decoded path
 * @param args decoded arguments, in order; without {@code =} the value is null
 */
record Target(String raw, String path, List<Text> args) {
  /**
   * Reads a request target in origin form.
   *
   * @throws HttpFailure 400 if its percent-encoding is broken
   */
  static Target parse(String raw) {
    int question = raw.indexOf('?');
    String path = question < 0 ? raw : raw.substring(0, question);
    List<Text> args = question < 0 ? List.of() : parseArgs(raw.substring(question + 1));
    // A plus in a path is a plus.
    return new Target(raw, decoded(path.replace("+", "%2B")), args);
  }

  @Nullable String arg(String name) {
    return args.stream()
        .filter(arg -> arg.name().equals(name))
        .map(arg -> arg.value() == null ? "" : arg.value())
        .findFirst()
        .orElse(null);
  }

  /** With another path, unless it is null, and with arguments replaced by name. */
  Target rewritten(@Nullable String newPath, List<Text> changes) {
    if (newPath == null && changes.isEmpty()) {
      return this;
    }
    Set<String> changed = new LinkedHashSet<>();
    changes.forEach(change -> changed.add(change.name()));
    List<Text> merged = new ArrayList<>(args);
    merged.removeIf(arg -> changed.contains(arg.name()));
    changes.stream().filter(change -> change.value() != null).forEach(merged::add);
    String rawPath = newPath == null ? rawPath() : encodedPath(newPath);
    String query = merged.stream().map(Target::encoded).collect(Collectors.joining("&"));
    return new Target(
        query.isEmpty() ? rawPath : rawPath + "?" + query,
        newPath == null ? path : newPath,
        List.copyOf(merged));
  }

  private String rawPath() {
    int question = raw.indexOf('?');
    return question < 0 ? raw : raw.substring(0, question);
  }

  private static List<Text> parseArgs(String query) {
    List<Text> args = new ArrayList<>();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        args.add(new Text(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1))));
      } else if (equals < 0 && !pair.isEmpty()) {
        args.add(new Text(decoded(pair), null));
      }
    }
    return List.copyOf(args);
  }

  private static String encodedPath(String path) {
    return URLEncoder.encode(path, StandardCharsets.UTF_8).replace("%2F", "/").replace("+", "%20");
  }

  private static String encoded(Text arg) {
    String name = URLEncoder.encode(arg.name(), StandardCharsets.UTF_8);
    return arg.value() == null
        ? name
        : name + "=" + URLEncoder.encode(arg.value(), StandardCharsets.UTF_8);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new HttpFailure(400, "broken percent-encoding in the request target");
    }
  }
}
