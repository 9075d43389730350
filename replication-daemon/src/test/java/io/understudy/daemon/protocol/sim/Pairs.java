package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Promotion;
import io.understudy.daemon.protocol.SourceRole;
import io.understudy.daemon.protocol.VoterRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/**
 * All pairs of state and event, taken from the sealed types, so that a new one is not forgotten.
 */
final class Pairs {
  private Pairs() {}

  /** Pairs that were reached fewer than {@code atLeast} times, as {@code STATE Event}. */
  static Set<String> below(long atLeast, Coverage coverage) {
    Set<String> rare = new TreeSet<>();
    LongPredicate few = count -> count < atLeast;
    rare.addAll(of(VoterRole.Phase.values(), kinds(Event.OfVoter.class), coverage, few));
    rare.addAll(of(SourceRole.Phase.values(), kinds(Event.OfSource.class), coverage, few));
    rare.addAll(of(Promotion.Phase.values(), kinds(Event.OfPromotion.class), coverage, few));
    return rare;
  }

  private static Set<String> of(
      Enum<?>[] phases, List<Class<?>> kinds, Coverage coverage, LongPredicate wanted) {
    Set<String> found = new TreeSet<>();
    for (Enum<?> phase : phases) {
      for (Class<?> kind : kinds) {
        if (wanted.test(coverage.count(phase, kind))) {
          String role = phase.getDeclaringClass().getEnclosingClass().getSimpleName();
          found.add(role + " " + phase + " " + kind.getSimpleName());
        }
      }
    }
    return found;
  }

  private static List<Class<?>> kinds(Class<?> ofRole) {
    List<Class<?>> kinds = new ArrayList<>();
    for (Class<?> kind : ofRole.getPermittedSubclasses()) {
      if (kind.equals(Event.VoterReceived.class)) {
        kinds.addAll(List.of(Message.ToVoter.class.getPermittedSubclasses()));
      } else if (kind.equals(Event.SourceReceived.class)) {
        kinds.addAll(List.of(Message.ToSource.class.getPermittedSubclasses()));
      } else if (kind.equals(Event.ControllerReceived.class)) {
        kinds.addAll(List.of(Message.ToController.class.getPermittedSubclasses()));
      } else {
        kinds.add(kind);
      }
    }
    return kinds;
  }
}
