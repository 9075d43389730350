package io.understudy.testbed.app;

import io.understudy.model.config.HostPort;
import io.understudy.testbed.command.Options;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * What one endpoint of the application is told at its start.
 *
 * @param service its service
 * @param endpoint its name, which every answer carries
 * @param listen where it serves
 * @param database its own database
 * @param daemon who says what is replicated; empty: a commit is enough
 * @param limits its bounds
 * @param seed for the choice which requests a loss fault fails
 */
record AppSettings(
    String service,
    String endpoint,
    HostPort listen,
    Database database,
    Optional<Daemon> daemon,
    Limits limits,
    long seed) {

  /**
   * A PostgreSQL database.
   *
   * @param url JDBC URL
   * @param user the application's role
   * @param password empty where the server asks for none
   */
  record Database(String url, String user, String password) {}

  /**
   * The daemon's API.
   *
   * @param base its address
   * @param token what it is shown
   */
  record Daemon(URI base, String token) {}

  /**
   * Bounds of the application.
   *
   * @param connectionsMax to the database
   * @param writesMax writes under way
   * @param readsMax reads under way
   * @param leakMegabytesMax what a leak may keep
   * @param staleReadsMax from when on a shadow's data is too old to be read
   * @param replicatedWithin how long a committed write waits to be replicated
   */
  record Limits(
      int connectionsMax,
      int writesMax,
      int readsMax,
      int leakMegabytesMax,
      Duration staleReadsMax,
      Duration replicatedWithin) {}

  private static final int CONNECTIONS = 16;
  private static final int WRITES = 256;
  private static final int READS = 1024;

  /**
   * Reads the command line.
   *
   * @param leakMegabytes how much of this process's heap a leak may take, unless it says otherwise
   * @throws io.understudy.testbed.command.InvalidOptionsException naming every mistake
   */
  static AppSettings parse(Options options, int leakMegabytes) {
    AppSettings settings =
        new AppSettings(
            options.text("service"),
            options.text("endpoint"),
            options.hostPort("listen"),
            new Database(
                options.text("database"),
                options.text("user"),
                options.has("password-file") ? options.secret("password-file") : ""),
            daemon(options),
            new Limits(
                options.number("connections-max", CONNECTIONS, 1),
                options.number("writes-max", WRITES, 1),
                options.number("reads-max", READS, 1),
                options.number("heap-mb-leak-limit", leakMegabytes, 0),
                options.duration("stale-reads-max", Duration.ofSeconds(10)),
                options.duration("replicated-within", Duration.ofSeconds(2))),
            options.number("seed", 1, 0));
    options.check();
    return settings;
  }

  private static Optional<Daemon> daemon(Options options) {
    Optional<URI> base = options.address("daemon");
    return base.map(uri -> new Daemon(uri, options.secret("token-file")));
  }
}
