package io.understudy.daemon.endpoint;

import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.replication.RandomLoad;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of the application's role, who write to whoever the control record names, and remember
 * which COMMIT they were told has succeeded.
 */
final class Clients {
  private static final int WRITERS = 3;
  private static final String REFUSED = "42501"; // not the open primary

  private final ServiceProcesses service;
  private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();
  private final Set<Long> attempted = new ConcurrentSkipListSet<>();
  private final Queue<String> surprises = new ConcurrentLinkedQueue<>();
  private final AtomicLong next = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean ended;

  /** What one client does over one connection, for as long as it lasts. */
  private interface Work {
    void run(Connection connection) throws SQLException;
  }

  Clients(ServiceProcesses service) {
    this.service = service;
  }

  /** Starts clients that write small orders, and one that writes all kinds of things. */
  void start(long seed) {
    RandomLoad varied = new RandomLoad(seed, false);
    threads.add(client(connection -> varied.run(connection, 10)));
    startWriters("short");
  }

  /** Starts clients that write orders with this note. */
  void startWriters(String note) {
    for (int i = 0; i < WRITERS; i++) {
      threads.add(client(connection -> order(connection, note)));
    }
  }

  private Thread client(Work work) {
    return Thread.ofPlatform().daemon().name("client").start(() -> keepAtIt(work));
  }

  private void keepAtIt(Work work) {
    while (!ended) {
      try (Connection connection = connect()) {
        while (!ended) {
          work.run(connection);
        }
      } catch (SQLException e) {
        if (!passes(e)) {
          surprises.add(e.getSQLState() + " " + e.getMessage());
        }
      } catch (IOException e) {
        surprises.add(String.valueOf(e.getMessage()));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(50); // Then it looks for the primary again.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private Connection connect() throws SQLException, IOException {
    return service.database(service.record().primary()).connect(TestDatabase.ROLE);
  }

  /** The server is dead, starts, or is not the primary (any more). */
  private static boolean passes(SQLException e) {
    String state = e.getSQLState();
    return state != null
        && (state.startsWith("08") || state.startsWith("57P0") || state.equals(REFUSED));
  }

  private void order(Connection connection, String note) throws SQLException {
    long id = next.incrementAndGet();
    attempted.add(id);
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO orders VALUES (" + id + ", '" + note + "')");
      if (statement.getWarnings() == null) { // It warns if it did not wait for the voters.
        acknowledged.add(id);
      }
    }
  }

  int acknowledged() {
    return acknowledged.size();
  }

  /** Lets them end when they can. */
  void giveUp() {
    ended = true;
  }

  /** Ends them; a COMMIT that waits is waited for. */
  void end() throws InterruptedException {
    giveUp();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  List<String> surprises() {
    return List.copyOf(surprises);
  }

  /** Orders whose COMMIT succeeded and that an endpoint does not have. */
  Set<Long> lost(String endpoint) throws SQLException {
    Set<Long> lost = new TreeSet<>(acknowledged);
    lost.removeAll(stored(endpoint));
    return lost;
  }

  /** Orders that an endpoint has and that nobody wrote. */
  Set<Long> invented(String endpoint) throws SQLException {
    Set<Long> invented = stored(endpoint);
    invented.removeAll(attempted);
    return invented;
  }

  private Set<Long> stored(String endpoint) throws SQLException {
    Set<Long> stored = new TreeSet<>();
    try (Connection connection = service.database(endpoint).connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id FROM orders")) {
      while (rows.next()) {
        stored.add(rows.getLong(1));
      }
    }
    return stored;
  }
}
