package io.understudy.testbed.gateway.config;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The objects of the Admin API; it never holds one that does not parse. Not for several threads.
 */
public final class ObjectStore {
  /** Which objects the gateway knows. */
  public enum Kind {
    ROUTES,
    UPSTREAMS
  }

  /**
   * An object with its history.
   *
   * @param id its name
   * @param value as it was given, with its id
   * @param createdIndex the change that created it
   * @param modifiedIndex the change that wrote it last
   */
  public record Stored(String id, Map<String, ?> value, long createdIndex, long modifiedIndex) {}

  private final Map<Kind, SortedMap<String, Stored>> objects = new EnumMap<>(Kind.class);
  private long index;

  public ObjectStore() {
    for (Kind kind : Kind.values()) {
      objects.put(kind, new TreeMap<>());
    }
  }

  public Optional<Stored> get(Kind kind, String id) {
    return Optional.ofNullable(of(kind).get(id));
  }

  public Collection<Stored> list(Kind kind) {
    return List.copyOf(of(kind).values());
  }

  /**
   * Creates or replaces an object.
   *
   * @throws InvalidObjectException naming the key that cannot be accepted
   */
  public Stored put(Kind kind, String id, Map<String, ?> json) {
    Map<String, Object> value = new LinkedHashMap<>(json);
    value.put("id", id);
    parse(kind, id, value);
    index++;
    long created = get(kind, id).map(Stored::createdIndex).orElse(index);
    Stored stored = new Stored(id, value, created, index);
    of(kind).put(id, stored);
    return stored;
  }

  /**
   * Takes an object away; returns whether there was one.
   *
   * @throws InvalidObjectException if a route needs it
   */
  public boolean delete(Kind kind, String id) {
    List<String> users = kind == Kind.UPSTREAMS ? configuration().usersOf(id) : List.of();
    if (!users.isEmpty()) {
      throw new InvalidObjectException(
          "can not delete this upstream, route [" + users.getFirst() + "] is still using it now");
    }
    index++;
    return of(kind).remove(id) != null;
  }

  /** What the objects say, together. */
  public Configuration configuration() {
    List<Route> routes =
        of(Kind.ROUTES).values().stream()
            .map(stored -> Route.parse(stored.id, stored.modifiedIndex, stored.value))
            .toList();
    Map<String, Upstream> upstreams =
        of(Kind.UPSTREAMS).values().stream()
            .map(stored -> Upstream.parse(stored.id, stored.value))
            .collect(Collectors.toMap(Upstream::id, upstream -> upstream));
    return new Configuration(routes, upstreams);
  }

  private SortedMap<String, Stored> of(Kind kind) {
    return objects.computeIfAbsent(kind, ignored -> new TreeMap<>());
  }

  private static void parse(Kind kind, String id, Map<String, ?> value) {
    switch (kind) {
      case ROUTES -> Route.parse(id, 0, value);
      case UPSTREAMS -> Upstream.parse(id, value);
    }
  }
}
