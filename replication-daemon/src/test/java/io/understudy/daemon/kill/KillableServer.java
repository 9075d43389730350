package io.understudy.daemon.kill;

import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.PostgresVersion;
import io.understudy.daemon.postgres.TestDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** A server that can be killed and started again on what is on its disk. */
public final class KillableServer {
  private static final Duration START = Duration.ofSeconds(60);
  private static final File LOG = new File("target/killed-server.log");

  private final EmbeddedPostgres embedded;
  private final List<String> command;
  private ProcessHandle postmaster;

  private KillableServer(EmbeddedPostgres embedded, ProcessHandle postmaster) throws IOException {
    this.embedded = embedded;
    this.postmaster = postmaster;
    this.command = command(postmaster);
  }

  /** A new one; it ends with this test process. */
  public static KillableServer start(PostgresVersion version) {
    try {
      EmbeddedPostgres embedded = TestDatabase.builder(version).setPort(freePort()).start();
      TestDatabase admin = new TestDatabase("admin", embedded.getPort(), "postgres");
      return new KillableServer(embedded, ServerProcesses.postmaster(admin));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** PostgreSQL refuses to run as root, so root runs it in a user namespace where it is nobody. */
  private static List<String> command(ProcessHandle postmaster) throws IOException {
    List<String> words = new ArrayList<>();
    if (LinuxUtils.isUnshareAvailable()) {
      words.addAll(List.of("unshare", "-U"));
    }
    String line = Files.readString(Path.of("/proc/" + postmaster.pid() + "/cmdline"));
    words.addAll(List.of(line.split("\0", 0)));
    return words;
  }

  /**
   * Below the ports of outgoing connections, so that nobody gets it by chance while the server is
   * dead.
   */
  public static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // It is taken: another one.
      }
    }
  }

  public EmbeddedPostgres embedded() {
    return embedded;
  }

  public void kill() {
    ServerProcesses.kill(postmaster);
  }

  /** Starts it again and waits until it has recovered. */
  public void startAgain() throws Exception {
    Process[] process = {launch()};
    Await.until(
        "the server on port " + embedded.getPort() + " takes connections, see " + LOG,
        START,
        () -> {
          if (!process[0].isAlive()) {
            process[0] = launch(); // A backend of its former self had not ended yet.
          }
          return takesConnections();
        });
    TestDatabase admin = new TestDatabase("admin", embedded.getPort(), "postgres");
    postmaster = ServerProcesses.postmaster(admin);
  }

  private Process launch() throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(LOG))
        .start();
  }

  private boolean takesConnections() {
    String url = "jdbc:postgresql://127.0.0.1:" + embedded.getPort() + "/postgres?user=postgres";
    try (Connection connection = DriverManager.getConnection(url)) {
      return connection.isValid(5);
    } catch (SQLException e) {
      return false;
    }
  }
}
