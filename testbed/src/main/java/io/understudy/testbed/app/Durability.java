package io.understudy.testbed.app;

import io.understudy.model.Lsn;
import io.understudy.testbed.app.state.PendingWrites.Outcome;
import io.vertx.core.Future;

/** Says when a committed write may be promised to the client. */
@FunctionalInterface
interface Durability {
  /** Without a daemon the local commit is all there is. */
  Durability LOCAL = commit -> Future.succeededFuture(Outcome.REPLICATED);

  /** The outcome of the write whose commit lies before a position; never fails. */
  Future<Outcome> of(Lsn commit);
}
