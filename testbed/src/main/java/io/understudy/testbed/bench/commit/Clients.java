package io.understudy.testbed.bench.commit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;

/** Writers that each commit one update of one row after the other, and look at the clock. */
final class Clients {
  static final int ROWS = 20_000;

  private static final int COMMITS_MAX = 4_000_000;

  private final LongSupplier nanos;

  Clients(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Commits for a while.
   *
   * @param writers how many at once
   * @param seconds how long
   */
  Latencies run(String url, int writers, int seconds) throws SQLException, InterruptedException {
    long end = nanos.getAsLong() + seconds * 1_000_000_000L;
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<Future<long[]>> all = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        SplittableRandom random = new SplittableRandom(i);
        Callable<long[]> client = () -> commit(url, random, end);
        all.add(threads.submit(client));
      }
      List<long[]> parts = new ArrayList<>();
      for (Future<long[]> each : all) {
        parts.add(each.get());
      }
      return Latencies.of(joined(parts), seconds);
    } catch (ExecutionException e) {
      throw new SQLException("a client failed: " + e.getCause(), e);
    }
  }

  private long[] commit(String url, SplittableRandom random, long end) throws SQLException {
    long[] taken = new long[1024];
    int count = 0;
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        PreparedStatement update =
            connection.prepareStatement("UPDATE account SET balance = balance + ? WHERE id = ?")) {
      for (long start = nanos.getAsLong(); start < end && count < COMMITS_MAX; ) {
        update.setLong(1, random.nextInt(1000));
        update.setLong(2, random.nextInt(ROWS) + 1L);
        update.executeUpdate();
        long now = nanos.getAsLong();
        if (update.getWarnings() != null) {
          throw new SQLException("a commit was not waited for: " + update.getWarnings());
        }
        if (count == taken.length) {
          taken = Arrays.copyOf(taken, 2 * count);
        }
        taken[count++] = now - start;
        start = now;
      }
    }
    return Arrays.copyOf(taken, count);
  }

  private static long[] joined(List<long[]> parts) {
    return parts.stream().flatMapToLong(Arrays::stream).toArray();
  }
}
