package io.understudy.daemon.protocol.sim;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Counts what a run reached: fault kinds, and pairs of state and event. */
final class Coverage {
  private final EnumMap<Fault, Long> faults = new EnumMap<>(Fault.class);
  private final Map<Enum<?>, Map<Class<?>, long[]>> steps = new HashMap<>();
  private final Map<String, Long> milestones = new TreeMap<>();

  void fault(Fault fault) {
    faults.merge(fault, 1L, Long::sum);
  }

  void step(Enum<?> phase, Class<?> event) {
    steps.computeIfAbsent(phase, p -> new HashMap<>())
        .computeIfAbsent(event, e -> new long[1])[0]++;
  }

  void milestone(String name) {
    milestones.merge(name, 1L, Long::sum);
  }

  long count(Fault fault) {
    return faults.getOrDefault(fault, 0L);
  }

  long count(Enum<?> phase, Class<?> event) {
    return steps.getOrDefault(phase, Map.of()).getOrDefault(event, new long[1])[0];
  }

  Map<String, Long> milestones() {
    return milestones;
  }
}
