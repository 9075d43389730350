package io.understudy.daemon.watch;

import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.watch.PrimaryWatch.Observation;
import io.understudy.daemon.watch.PrimaryWatch.Reachability;
import io.understudy.model.config.Topology;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at one endpoint at a steady rate on a thread of its own and hands over what it sees. */
public final class EndpointProbe implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(200);
  private static final int ANSWER_SECONDS_MAX = 1;

  private final Topology.Endpoint endpoint;
  private final Consumer<Observation> seen;
  private final Thread thread;
  private @Nullable Connection connection;

  public EndpointProbe(Topology.Endpoint endpoint, Consumer<Observation> seen) {
    this.endpoint = endpoint;
    this.seen = seen;
    this.thread = Thread.ofVirtual().name("probe-" + endpoint.name()).start(this::run);
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        seen.accept(new Observation(database(), application()));
        Thread.sleep(INTERVAL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      disconnect();
    }
  }

  private Reachability database() {
    try {
      Connection current = connection == null ? Server.of(endpoint).control() : connection;
      connection = current;
      if (current.isValid(ANSWER_SECONDS_MAX)) {
        return new Reachability.Reached();
      }
      disconnect();
      return new Reachability.Unreachable("no answer within " + ANSWER_SECONDS_MAX + " s");
    } catch (SQLException e) {
      disconnect();
      return new Reachability.Unreachable(String.valueOf(e.getMessage()));
    }
  }

  private void disconnect() {
    Connection old = connection;
    connection = null;
    if (old == null) {
      return;
    }
    try {
      old.abort(Runnable::run);
    } catch (SQLException e) {
      // It is dead already; there is nothing left to end.
    }
  }

  private Reachability application() {
    InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
    try (Socket socket = new Socket()) {
      socket.connect(address, (int) Duration.ofSeconds(ANSWER_SECONDS_MAX).toMillis());
      return new Reachability.Reached();
    } catch (IOException e) {
      return new Reachability.Unreachable(String.valueOf(e.getMessage()));
    }
  }
}
