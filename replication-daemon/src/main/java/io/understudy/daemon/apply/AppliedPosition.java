package io.understudy.daemon.apply;

import io.understudy.daemon.postgres.Reign;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The row in a shadow's database that says how far its copy reaches. It changes in the transaction
 * that changes the copy, and nowhere else (I3).
 */
public final class AppliedPosition {
  private final String service;

  public AppliedPosition(String service) {
    this.service = service;
  }

  /** Reads it; empty if there is no copy. */
  public Optional<Position> read(Connection connection) throws SQLException {
    return query(connection, "SELECT epoch, lsn::text FROM understudy.applied WHERE service = ?");
  }

  /** Reads it when no transaction that moves it is under way, waiting for one that is. */
  public Optional<Position> readSettled(Connection connection) throws SQLException {
    return query(
        connection, "SELECT epoch, lsn::text FROM understudy.applied WHERE service = ? FOR UPDATE");
  }

  /**
   * Moves it inside the caller's transaction. The row lock makes two appliers of one shadow exclude
   * each other; the second finds another position than it expected.
   *
   * @throws DivergenceException if it was not at {@code from}
   */
  public void move(Connection connection, Position from, Position to)
      throws SQLException, DivergenceException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE understudy.applied SET epoch = ?, lsn = ?::pg_lsn"
                + " WHERE service = ? AND epoch = ? AND lsn = ?::pg_lsn")) {
      statement.setLong(1, to.epoch());
      statement.setString(2, to.lsn().toString());
      statement.setString(3, service);
      statement.setLong(4, from.epoch());
      statement.setString(5, from.lsn().toString());
      if (statement.executeUpdate() != 1) {
        throw new DivergenceException(
            "the applied position is not " + from + ": somebody else writes to this shadow");
      }
    }
  }

  /** Sets it inside the transaction that replaces the whole copy. */
  public void replace(Connection connection, Position position) throws SQLException {
    new Reign(service).end(connection);
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO understudy.applied (service, epoch, lsn) VALUES (?, ?, ?::pg_lsn)"
                + " ON CONFLICT (service) DO UPDATE SET epoch = excluded.epoch,"
                + " lsn = excluded.lsn")) {
      statement.setString(1, service);
      statement.setLong(2, position.epoch());
      statement.setString(3, position.lsn().toString());
      statement.executeUpdate();
    }
  }

  /** Forgets it: what is in this database is no copy (it is a primary). */
  public void clear(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM understudy.applied WHERE service = ?")) {
      statement.setString(1, service);
      statement.executeUpdate();
    }
  }

  private Optional<Position> query(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, service);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Position(row.getLong(1), Lsn.parse(row.getString(2))))
            : Optional.empty();
      }
    }
  }
}
