package io.understudy.daemon.endpoint;

import io.understudy.daemon.replication.Distribution;
import io.understudy.daemon.snapshot.Progress;
import io.understudy.model.Position;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Everything that an endpoint's daemon knows of itself at one moment.
 *
 * @param status how it stands
 * @param durable where its journal ends on the disk
 * @param source what a source knows besides; empty for a voter
 * @param shadow what is known of a database that follows
 */
public record EndpointReport(
    EndpointStatus status, Position durable, Optional<Source> source, Shadow shadow) {

  /**
   * What a source knows.
   *
   * @param voters up to where each voter vouched for what it was sent, by name
   * @param slotRetainedBytes log that its server keeps for the slot; empty while unknown
   * @param ackSeconds time from capture to replication in this epoch, sampled
   */
  public record Source(
      Map<String, Position> voters,
      OptionalLong slotRetainedBytes,
      Distribution.Snapshot ackSeconds) {
    public Source {
      voters = Map.copyOf(voters);
    }
  }

  /**
   * What is known of a database that follows.
   *
   * @param readingMillis newest heartbeat in it, milliseconds since 1970; 0 before the first
   * @param seeding the copy that is being made
   * @param failure why nothing is applied any more
   * @param trouble the error that is tried again
   */
  public record Shadow(
      long readingMillis,
      Optional<Progress.Sent> seeding,
      Optional<String> failure,
      Optional<String> trouble) {
    static final Shadow NONE = new Shadow(0, Optional.empty(), Optional.empty(), Optional.empty());
  }

  static EndpointReport between(String why) {
    return new EndpointReport(
        EndpointStatus.between(why), Position.NONE, Optional.empty(), Shadow.NONE);
  }
}
