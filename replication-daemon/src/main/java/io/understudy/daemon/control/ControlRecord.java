package io.understudy.daemon.control;

import io.understudy.model.Names;
import io.understudy.model.Position;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Who owns the writes of a service. It is the decision itself: an endpoint is the primary because
 * this record says so, and a new epoch begins when a compare-and-set has written it.
 *
 * @param service name of the service
 * @param epoch fencing number, from 1
 * @param primary the one endpoint that may be open in this epoch
 * @param cut last position of the epoch before, {@link Position#NONE} in epoch 1
 * @param voters shadows whose copies count for the quorum
 * @param k how many voters must hold an update durably
 */
public record ControlRecord(
    String service, long epoch, String primary, Position cut, List<String> voters, int k) {

  public ControlRecord {
    Names.require("service", service);
    Names.require("primary", primary);
    voters = List.copyOf(voters);
    Set<String> names = new HashSet<>(voters);
    if (epoch < 1) {
      throw new IllegalArgumentException("epoch " + epoch + " is not positive");
    }
    if (names.contains(primary) || names.size() != voters.size()) {
      throw new IllegalArgumentException(
          "voters " + voters + " hold the primary " + primary + " or a name twice");
    }
    if (k < 0 || k > voters.size()) {
      throw new IllegalArgumentException("k " + k + " is not in 0.." + voters.size());
    }
    if (cut.epoch() >= epoch) {
      throw new IllegalArgumentException("cut " + cut + " is not before epoch " + epoch);
    }
  }

  /** Fewer voters than the policy asks for: an update survives fewer losses than promised. */
  public boolean degraded(int wantedK) {
    return k < wantedK;
  }

  /**
   * The next epoch, in which {@code candidate} is the primary and the other voters stay.
   *
   * @param wantedK what the policy asks for; fewer voters than that make the service degraded
   */
  public ControlRecord promoting(String candidate, Position newCut, int wantedK) {
    List<String> others = voters.stream().filter(name -> !name.equals(candidate)).toList();
    if (others.size() == voters.size()) {
      throw new IllegalArgumentException(candidate + " is not a voter of " + service);
    }
    return new ControlRecord(
        service, epoch + 1, candidate, newCut, others, Math.min(wantedK, others.size()));
  }
}
