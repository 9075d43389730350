package io.understudy.daemon.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalLong;

/**
 * The row that says that a database took a service's own writes, and in which epoch last. While it
 * is there, the database contains whatever it committed, not what was applied to it; it goes when
 * the whole content is replaced.
 */
public final class Reign {
  private final String service;

  public Reign(String service) {
    this.service = service;
  }

  /** Epoch of the last own writes; empty if the content is a copy. */
  public OptionalLong epoch(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT epoch FROM understudy.reign WHERE service = ?")) {
      statement.setString(1, service);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
      }
    }
  }

  /** From the caller's transaction on. */
  public void begin(Connection connection, long epoch) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO understudy.reign (service, epoch) VALUES (?, ?)"
                + " ON CONFLICT (service) DO UPDATE SET epoch = excluded.epoch")) {
      statement.setString(1, service);
      statement.setLong(2, epoch);
      statement.executeUpdate();
    }
  }

  /** Inside the transaction that replaces the content. */
  public void end(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM understudy.reign WHERE service = ?")) {
      statement.setString(1, service);
      statement.executeUpdate();
    }
  }
}
