package io.understudy.daemon.service;

import io.understudy.daemon.replication.Figures;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.model.Position;
import java.util.List;
import java.util.Optional;

/**
 * The copies of a primary at one moment.
 *
 * @param replicated everything up to here is durable on k voters
 * @param shadows where each stands
 * @param figures what was done in this epoch, as far as it is counted in this process
 */
record Copies(Position replicated, List<ShadowStatus> shadows, Optional<Figures> figures) {
  static final Copies NONE = new Copies(Position.NONE, List.of(), Optional.empty());
}
