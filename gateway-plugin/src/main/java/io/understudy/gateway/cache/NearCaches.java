package io.understudy.gateway.cache;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.understudy.model.AppliedClock;
import io.understudy.model.RiskScore;
import io.understudy.model.ShiftPlan;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads the cluster's maps; a read that misses the near cache waits for the network. */
final class NearCaches {
  private final HazelcastInstance client;

  NearCaches(HazelcastInstance client) {
    this.client = client;
  }

  /** The services that have a plan; always asks the cluster. */
  Reading<Set<String>> services() {
    return reading(() -> Set.copyOf(client.<String, Object>getMap(ShiftPlan.MAP).keySet()));
  }

  Reading<ShiftPlan> plan(String service) {
    return entry(ShiftPlan.MAP, service, ShiftPlan.class);
  }

  Reading<RiskScore> score(String key) {
    return entry(RiskScore.MAP, key, RiskScore.class);
  }

  Reading<AppliedClock> clock(String key) {
    return entry(AppliedClock.MAP, key, AppliedClock.class);
  }

  private <T> Reading<T> entry(String map, String key, Class<T> type) {
    return switch (reading(() -> client.<String, Object>getMap(map).get(key))) {
      case Reading.Known<Object>(Object value) when type.isInstance(value) ->
          new Reading.Known<>(type.cast(value));
      case Reading.Known<Object>(Object value) ->
          new Reading.Unreadable<>("it holds a " + value.getClass().getSimpleName());
      case Reading.Absent<Object>() -> new Reading.Absent<>();
      case Reading.Unreadable<Object>(String cause) -> new Reading.Unreadable<>(cause);
      case Reading.Offline<Object>(String cause) -> new Reading.Offline<>(cause);
    };
  }

  private static <T> Reading<T> reading(Supplier<@Nullable T> read) {
    try {
      T value = read.get();
      return value == null ? new Reading.Absent<>() : new Reading.Known<>(value);
    } catch (HazelcastSerializationException e) {
      return new Reading.Unreadable<>(rootMessage(e));
    } catch (RuntimeException e) {
      // The client throws a dozen kinds of these; they all say that no answer came.
      return new Reading.Offline<>(rootMessage(e));
    }
  }

  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
