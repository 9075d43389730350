package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.TableName;
import io.understudy.model.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/** The replication slots of one service on one server. */
public final class Slots {

  /**
   * A slot as the server reports it.
   *
   * @param confirmed the stream starts here
   * @param usable false if the server has already removed log that the slot needs
   */
  public record Slot(Lsn confirmed, boolean usable) {}

  /**
   * A new slot and the database exactly as it was at its starting point; closing ends the snapshot
   * (and the slot, if it is temporary). Import it while this is open.
   */
  public record Export(Connection connection, Lsn consistentPoint, String snapshot)
      implements AutoCloseable {
    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  private static final int DROP_ATTEMPTS = 50;
  private static final long DROP_PAUSE_NANOS = 100_000_000;

  private final Server server;
  private final String service;

  public Slots(Server server, String service) {
    this.server = server;
    this.service = service;
  }

  /** Name of an epoch's slot. Services have hyphens and slots have none, so names stay unique. */
  public String name(long epoch) {
    return prefix() + epoch;
  }

  public Optional<Slot> find(long epoch) throws SQLException {
    String query =
        """
        SELECT confirmed_flush_lsn, coalesce(wal_status, 'lost') <> 'lost' AND NOT conflicting
        FROM pg_replication_slots
        WHERE slot_name = ? AND database = current_database() AND plugin = 'pgoutput'
        """;
    try (Connection connection = server.control();
        PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, name(epoch));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getString(1) != null
            ? Optional.of(new Slot(Lsn.parse(row.getString(1)), row.getBoolean(2)))
            : Optional.empty();
      }
    }
  }

  /** Log that the server keeps because of an epoch's slot, bytes; empty if there is no slot. */
  public OptionalLong retained(Connection connection, long epoch) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint"
                + " FROM pg_replication_slots WHERE slot_name = ? AND restart_lsn IS NOT NULL")) {
      statement.setString(1, name(epoch));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
      }
    }
  }

  /** Creates the slot of an epoch. */
  public Export create(long epoch) throws SQLException {
    return export(TableName.quote(name(epoch)), "RESET lock_timeout");
  }

  /** Creates a slot that ends with its connection, for one copy's snapshot. */
  public Export temporary(String suffix) throws SQLException {
    return export(temporaryName(suffix), "RESET lock_timeout");
  }

  /**
   * The same, waiting only for a while for transactions that are open on the server: until the last
   * of those that were open at its beginning has ended there is no starting point.
   *
   * @throws SQLException 55P03 if one of them was open for longer
   */
  public Export temporary(String suffix, Duration patience) throws SQLException {
    return export(temporaryName(suffix), "SET lock_timeout = " + patience.toMillis());
  }

  private String temporaryName(String suffix) {
    return TableName.quote(prefix() + "copy_" + suffix) + " TEMPORARY";
  }

  /** Drops all slots of this service that nobody uses, except one epoch's. */
  public void dropOthers(long keptEpoch) throws SQLException {
    String query =
        """
        SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
        WHERE NOT active AND database = current_database() AND slot_name ^@ ? AND slot_name <> ?
        """;
    try (Connection connection = server.control();
        PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, prefix());
      statement.setString(2, name(keptEpoch));
      statement.execute();
    }
  }

  /**
   * Drops the slot of an epoch if it exists, waiting a moment for a predecessor to let go of it.
   */
  public void drop(long epoch) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = server.control();
          PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                      + " WHERE slot_name = ?")) {
        statement.setString(1, name(epoch));
        statement.execute();
        return;
      } catch (SQLException e) {
        if (attempt >= DROP_ATTEMPTS || !"55006".equals(e.getSQLState())) {
          throw e;
        }
        LockSupport.parkNanos(DROP_PAUSE_NANOS);
      }
    }
  }

  private Export export(String nameAndKind, String patience) throws SQLException {
    Connection connection = server.replication();
    try (Statement statement = connection.createStatement()) {
      statement.execute(patience);
      try (ResultSet row =
          statement.executeQuery(
              "CREATE_REPLICATION_SLOT " + nameAndKind + " LOGICAL pgoutput (SNAPSHOT 'export')")) {
        row.next();
        return new Export(
            connection,
            Lsn.parse(row.getString("consistent_point")),
            row.getString("snapshot_name"));
      }
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private String prefix() {
    return "understudy_" + service.replace('-', '_') + "_";
  }
}
