package io.understudy.testbed.gateway.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything the data plane goes by, as of one change of the Admin API. */
public final class Configuration {
  public static final Configuration EMPTY = new Configuration(List.of(), Map.of());

  /** A route under one of its uris. */
  private record Entry(UriPattern uri, Route route) {}

  // As in APISIX, priority decides only among routes of the same uri: a longer one always wins.
  private static final Comparator<Entry> ORDER =
      Comparator.comparing(Entry::uri)
          .thenComparing(entry -> entry.route().priority(), Comparator.reverseOrder())
          .thenComparing(entry -> entry.route().id());

  private final List<Entry> entries;
  private final Map<String, Upstream> upstreams;

  public Configuration(Collection<Route> routes, Map<String, Upstream> upstreams) {
    List<Entry> sorted = new ArrayList<>();
    routes.forEach(route -> route.uris().forEach(uri -> sorted.add(new Entry(uri, route))));
    sorted.sort(ORDER);
    this.entries = List.copyOf(sorted);
    this.upstreams = Map.copyOf(upstreams);
  }

  /** The route that serves a request. */
  public Optional<Route> routeFor(String method, String path, Variables request) {
    for (Entry entry : entries) {
      if (entry.uri().matches(path) && entry.route().accepts(method, request)) {
        return Optional.of(entry.route());
      }
    }
    return Optional.empty();
  }

  public Map<String, Upstream> upstreams() {
    return upstreams;
  }

  /** Routes that need an upstream, in order of their ids. */
  public List<String> usersOf(String upstream) {
    return entries.stream()
        .map(Entry::route)
        .filter(route -> route.uses(upstream))
        .map(Route::id)
        .distinct()
        .sorted()
        .toList();
  }
}
