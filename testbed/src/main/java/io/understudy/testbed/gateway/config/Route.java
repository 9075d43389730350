package io.understudy.testbed.gateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which requests go to which upstream, through which plugins.
 *
 * @param id name in the Admin API
 * @param version grows with every change of the route
 * @param uris at least one
 * @param methods upper case; empty for every method
 * @param priority among routes of the same uri the higher one is asked first
 * @param condition what else must hold
 * @param upstreamId where its requests go, unless a plugin says otherwise
 * @param plugins what happens on the way
 * @param enabled a disabled route serves nothing
 */
public record Route(
    String id,
    long version,
    List<UriPattern> uris,
    Set<String> methods,
    int priority,
    Expression condition,
    String upstreamId,
    Plugins plugins,
    boolean enabled) {

  private static final Set<String> METHODS =
      Set.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT");

  /**
   * Reads a route as the Admin API gives it.
   *
   * @throws InvalidObjectException naming the key that cannot be accepted
   */
  public static Route parse(String id, long version, Map<String, ?> json) {
    Fields fields =
        Fields.of(json).ignoring("id", "name", "desc", "labels", "create_time", "update_time");
    Route route =
        new Route(
            id,
            version,
            uris(fields),
            methods(fields),
            fields.integer("priority", 0, Integer.MIN_VALUE),
            Expression.parse("vars", fields.has("vars") ? fields.raw("vars") : List.of()),
            fields.requiredText("upstream_id"),
            Plugins.parse(fields.objectOrEmpty("plugins")),
            fields.integer("status", 1, 0) == 1);
    fields.end();
    return route;
  }

  /** Whether it is this route's to serve, as far as the method and the condition say. */
  boolean accepts(String method, Variables request) {
    return enabled && (methods.isEmpty() || methods.contains(method)) && condition.holds(request);
  }

  /** Whether it needs the upstream, itself or in a plugin. */
  public boolean uses(String upstream) {
    return upstreamId.equals(upstream)
        || plugins.trafficSplit().map(split -> split.uses(upstream)).orElse(false);
  }

  private static List<UriPattern> uris(Fields fields) {
    List<UriPattern> uris = new ArrayList<>();
    fields.text("uri").ifPresent(uri -> uris.add(UriPattern.parse("uri", uri)));
    fields.texts("uris").forEach(uri -> uris.add(UriPattern.parse("uris", uri)));
    if (uris.isEmpty()) {
      throw InvalidObjectException.at("uri", "is required");
    }
    return List.copyOf(uris);
  }

  private static Set<String> methods(Fields fields) {
    Set<String> methods = Set.copyOf(fields.texts("methods"));
    methods.stream()
        .filter(method -> !METHODS.contains(method))
        .findFirst()
        .ifPresent(method -> {
          throw InvalidObjectException.at("methods", "matches none of the enum values: " + method);
        });
    return methods;
  }
}
