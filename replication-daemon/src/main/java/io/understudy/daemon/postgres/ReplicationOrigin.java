package io.understudy.daemon.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The mark on everything that a shadow's database takes from the stream, so that a stream in the
 * other direction can leave it out. It belongs to the server, not to a database, and one session at
 * a time can have it; the server takes it back when that session's connection ends.
 */
public final class ReplicationOrigin {
  private final String name;

  /** Names it after the endpoint too, because two shadows of a service may share a server. */
  public ReplicationOrigin(String service, String endpoint) {
    this.name = "understudy_" + service + "_" + endpoint;
  }

  public String name() {
    return name;
  }

  /**
   * Marks what this session commits from now on. Makes the origin if it is missing. Call it outside
   * of a transaction.
   *
   * @return why it cannot be had, with the remedy; empty if it is set
   * @throws SQLException object_in_use if another session has it; it may be had later
   */
  public Optional<String> mark(Connection connection) throws SQLException {
    try {
      call(
          connection,
          "SELECT pg_replication_origin_create(name) FROM (VALUES (?::text)) AS origin(name)"
              + " WHERE pg_replication_origin_oid(name) IS NULL");
    } catch (SQLException e) {
      // Another session may have made it in between.
      if (!SqlState.of(e).equals("23505")) {
        return refusal(e);
      }
    }
    try {
      call(connection, "SELECT pg_replication_origin_session_setup(?::text)");
      return Optional.empty();
    } catch (SQLException e) {
      return refusal(e);
    }
  }

  private void call(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      statement.execute();
    }
  }

  /** What only an administrator can change is no reason to stop the stream. */
  private Optional<String> refusal(SQLException e) throws SQLException {
    return switch (SqlState.of(e)) {
      case "42501" ->
          Optional.of(
              "the role may not use replication origins; GRANT EXECUTE ON FUNCTION"
                  + " pg_replication_origin_oid(text), pg_replication_origin_create(text),"
                  + " pg_replication_origin_session_setup(text) to it");
      case "53400", "55000" ->
          Optional.of(
              "the server has no room for another replication origin; raise"
                  + " max_replication_slots, from PostgreSQL 18 on max_active_replication_origins");
      case "55006" ->
          throw new SQLException(
              "replication origin " + name + " is held by another session of this server",
              "55006",
              e);
      default -> throw e;
    };
  }
}
