package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.util.Optional;

/**
 * How it stands with an endpoint.
 *
 * @param role {@code source}, {@code voter} or {@code between}
 * @param phase of the role; {@code DIVERGED} for a voter that follows while its copy differs from
 *     the primary's, so that it counts for the quorum and may serve nobody
 * @param epoch that it leads or follows, 0 if none
 * @param journal where its journal ends
 * @param replicated what a source knows to be replicated
 * @param applied what a voter's database contains
 * @param open whether its database takes the application's writes
 * @param durability what a source's commits are worth, as the control record says
 * @param copy what is known of a voter's copy
 */
public record EndpointStatus(
    String role,
    String phase,
    long epoch,
    Tip journal,
    Position replicated,
    Position applied,
    boolean open,
    Optional<Durability> durability,
    CopyStatus copy) {
  static EndpointStatus between(String why) {
    return new EndpointStatus(
        "between",
        why,
        0,
        Tip.NONE,
        Position.NONE,
        Position.NONE,
        false,
        Optional.empty(),
        CopyStatus.NONE);
  }
}
