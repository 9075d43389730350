package io.understudy.daemon.postgres;

import io.understudy.model.config.Topology;
import java.sql.SQLException;

/**
 * The wall around one endpoint's database: whether its application may write. Every action is one
 * transaction that first raises or matches the ballot kept in that database and does nothing if a
 * higher one was there. All methods block, within the time-outs.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Access {
  /** What came of an action. */
  public sealed interface Verdict {
    /** It is done and durable. */
    record Done() implements Verdict {}

    /**
     * Somebody acts with a higher ballot; nothing was changed.
     *
     * @param ballot the higher ballot
     */
    record Outbid(long ballot) implements Verdict {}
  }

  private final Topology.Database database;

  public Access(Topology.Database database) {
    this.database = database;
  }

  /** The application may read and write: only for the one open primary. */
  public Verdict open(long ballot) throws SQLException {
    throw new UnsupportedOperationException("not yet " + database);
  }

  /**
   * The application may only read: for shadows. Sessions that wrote in a running transaction are
   * terminated, so that no write commits after this returned.
   */
  public Verdict refuse(long ballot) throws SQLException {
    throw new UnsupportedOperationException("not yet " + database);
  }

  /** Like {@link #refuse}, and all sessions of the application are ended: for an old primary. */
  public Verdict close(long ballot) throws SQLException {
    throw new UnsupportedOperationException("not yet " + database);
  }
}
