package io.understudy.testbed.app;

import io.understudy.model.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/** The orders in the endpoint's own database. Its calls block. */
final class OrderStore {
  private static final String REFUSED = "42501";
  private static final String EXISTS = "23505";
  private static final int LISTED_MAX = 20;

  private final Connections connections;

  /** How much longer each query takes while the slow fault is on, milliseconds. */
  private final LongSupplier delayMillis;

  OrderStore(Connections connections, LongSupplier delayMillis) {
    this.connections = connections;
    this.delayMillis = delayMillis;
  }

  WriteResult insert(UUID id, String user, int amount) {
    return write(connection -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into orders (id, user_key, amount, version, updated_at)"
                  + " values (?, ?, ?, 1, now())")) {
        insert.setObject(1, id);
        insert.setString(2, user);
        insert.setInt(3, amount);
        insert.executeUpdate();
        return committed(1, insert);
      }
    });
  }

  WriteResult update(UUID id, int amount) {
    return write(connection -> {
      try (PreparedStatement update =
          connection.prepareStatement(
              "update orders set amount = ?, version = version + 1, updated_at = now()"
                  + " where id = ? returning version")) {
        update.setInt(1, amount);
        update.setObject(2, id);
        try (ResultSet rows = update.executeQuery()) {
          return rows.next() ? committed(rows.getInt(1), update) : new WriteResult.NotFound();
        }
      }
    });
  }

  Optional<Order> find(UUID id) throws SQLException {
    return read(
            connection -> {
              try (PreparedStatement select =
                  connection.prepareStatement(
                      "select id, user_key, amount, version from orders where id = ?")) {
                select.setObject(1, id);
                return orders(select);
              }
            })
        .stream()
        .findFirst();
  }

  /** A user's newest orders. */
  List<Order> newestOf(String user) throws SQLException {
    return read(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              "select id, user_key, amount, version from orders where user_key = ?"
                  + " order by updated_at desc limit "
                  + LISTED_MAX)) {
        select.setString(1, user);
        return orders(select);
      }
    });
  }

  /** Reads again once: an idle connection may have died with a server that is back already. */
  private <T> T read(Connections.Work<T> work) throws SQLException {
    try {
      return connections.with(delayed(work));
    } catch (SQLTransientConnectionException e) {
      throw e;
    } catch (SQLException e) {
      if (!Connections.broken(e)) {
        throw e;
      }
      return connections.with(delayed(work));
    }
  }

  private WriteResult write(Connections.Work<WriteResult> work) {
    try {
      return connections.with(delayed(work));
    } catch (SQLTransientConnectionException e) {
      return new WriteResult.Failed(reason(e));
    } catch (SQLException e) {
      String state = String.valueOf(e.getSQLState());
      if (state.equals(REFUSED)) {
        return new WriteResult.Refused();
      }
      if (state.equals(EXISTS)) {
        return new WriteResult.Exists();
      }
      return Connections.broken(e)
          ? new WriteResult.Unknown(reason(e))
          : new WriteResult.Failed(reason(e));
    }
  }

  private <T> Connections.Work<T> delayed(Connections.Work<T> work) {
    return connection -> {
      long millis = delayMillis.getAsLong();
      if (millis > 0) {
        sleep(connection, millis);
      }
      return work.on(connection);
    };
  }

  private static void sleep(Connection connection, long millis) throws SQLException {
    try (PreparedStatement sleep = connection.prepareStatement("select pg_sleep(?)")) {
      sleep.setDouble(1, millis / 1000.0);
      sleep.execute();
    }
  }

  /**
   * A wait for the quorum that is cancelled ends with a warning instead of an error: the write is
   * committed here, and nobody knows whether anywhere else.
   */
  private static WriteResult committed(int version, Statement write) throws SQLException {
    return write.getWarnings() == null
        ? new WriteResult.Committed(version, flushed(write.getConnection()))
        : new WriteResult.Unknown("committed with a warning: " + write.getWarnings().getSQLState());
  }

  /** Read after the commit on the same connection, so the commit lies before it. */
  private static Lsn flushed(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_current_wal_flush_lsn()::text")) {
      row.next();
      return Lsn.parse(row.getString(1));
    }
  }

  private static List<Order> orders(PreparedStatement select) throws SQLException {
    List<Order> orders = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        orders.add(
            new Order(
                rows.getObject(1, UUID.class), rows.getString(2), rows.getInt(3), rows.getInt(4)));
      }
    }
    return List.copyOf(orders);
  }

  private static String reason(SQLException e) {
    return "SQLSTATE " + e.getSQLState();
  }
}
