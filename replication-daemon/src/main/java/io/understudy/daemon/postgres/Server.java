package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.DebeziumSettings;
import io.understudy.daemon.capture.WakeableSocketFactory;
import io.understudy.model.config.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;

/** One endpoint's database, as a place to connect to. Every connection has time-outs. */
public final class Server {
  private static final String CONNECT_SECONDS = "5";
  private static final String CONTROL_SECONDS = "15";
  private static final String BULK_SECONDS = "300";

  private final String endpoint;
  private final Topology.Database database;

  public Server(String endpoint, Topology.Database database) {
    this.endpoint = endpoint;
    this.database = database;
  }

  public static Server of(Topology.Endpoint endpoint) {
    return new Server(endpoint.name(), endpoint.database());
  }

  /** Name of the endpoint. */
  public String endpoint() {
    return endpoint;
  }

  public String applicationRole() {
    return database.applicationRole();
  }

  /**
   * For short statements of our own. They wait for no standby: a primary whose standbys are gone
   * must still be closable.
   */
  public Connection control() throws SQLException {
    Properties properties = properties(CONTROL_SECONDS);
    properties.setProperty(
        "options",
        "-c synchronous_commit=local -c statement_timeout=5s -c lock_timeout=4s"
            + " -c idle_in_transaction_session_timeout=30s");
    return connect(properties);
  }

  /**
   * For a statement that goes on for as long as it takes, whatever becomes of us: the server never
   * looks whether we are still there.
   */
  public Connection guarding() throws SQLException {
    Properties properties = properties("0");
    properties.setProperty(
        "options",
        "-c synchronous_commit=local -c statement_timeout=0 -c lock_timeout=4s"
            + " -c client_connection_check_interval=0");
    return connect(properties);
  }

  /** For looking: as any client of this role would find it, nothing of ours set. */
  public Connection plain() throws SQLException {
    return connect(properties(CONTROL_SECONDS));
  }

  /**
   * For changing the schema of a primary, which takes as long as it takes once it has its locks.
   */
  public Connection migrating() throws SQLException {
    Properties properties = properties("0");
    properties.setProperty("options", "-c lock_timeout=10s");
    return connect(properties);
  }

  /**
   * For applying changes: durable commits; triggers, rules and foreign keys do not fire. Rows are
   * always found by their key's index: a plan that was made while a table was small would read all
   * of it for every row once it is large.
   */
  public Connection apply() throws SQLException {
    Properties properties = properties("60");
    properties.setProperty("stringtype", "unspecified");
    properties.setProperty("options", APPLY_OPTIONS + BY_INDEX);
    return connect(properties);
  }

  /** For a copy, which takes as long as it takes. */
  public Connection bulk() throws SQLException {
    Properties properties = properties(BULK_SECONDS);
    properties.setProperty("options", APPLY_OPTIONS + " -c lock_timeout=10s");
    return connect(properties);
  }

  /**
   * Speaks the replication protocol; understands no SQL with parameters. Values come in the text
   * form that every server reads the same way, whatever the primary's settings are.
   */
  public Connection replication() throws SQLException {
    return connect(replicating());
  }

  /**
   * The same, for a stream whose reader can be woken and whose confirmations commits may wait for.
   *
   * @param name by which {@code synchronous_standby_names} knows it
   */
  public Connection stream(String name, WakeableSocketFactory.Wakeup wakeup) throws SQLException {
    Properties properties = replicating();
    properties.setProperty("ApplicationName", name);
    properties.setProperty("socketFactory", WakeableSocketFactory.class.getName());
    properties.setProperty("socketFactoryArg", wakeup.argument());
    return connect(properties);
  }

  private Properties replicating() throws SQLException {
    Properties properties = properties(BULK_SECONDS);
    properties.setProperty("replication", "database");
    properties.setProperty("assumeMinServerVersion", "14");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("options", EXACT_TEXT + " -c search_path=pg_catalog");
    return properties;
  }

  /** The same place for a client that connects by itself. */
  public DebeziumSettings.Address address() throws SQLException {
    return new DebeziumSettings.Address(
        database.host(), database.port(), database.name(), database.user(), password());
  }

  /** What a value's text means must not depend on how a server is set up. */
  private static final String EXACT_TEXT =
      "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=3"
          + " -c bytea_output=hex -c lc_monetary=C -c xmloption=content -c array_nulls=on";

  // Local: on its own disk. A server that was a primary before may still name standbys to wait for.
  private static final String APPLY_OPTIONS =
      EXACT_TEXT
          + " -c synchronous_commit=local -c session_replication_role=replica"
          + " -c statement_timeout=0 -c row_security=off";

  private static final String BY_INDEX =
      " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off"
          + " -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

  private Properties properties(String socketSeconds) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    password().ifPresent(password -> properties.setProperty("password", password));
    properties.setProperty("ApplicationName", "understudy");
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_SECONDS);
    properties.setProperty("socketTimeout", socketSeconds);
    properties.setProperty("tcpKeepAlive", "true");
    return properties;
  }

  private Connection connect(Properties properties) throws SQLException {
    return DriverManager.getConnection(database.jdbcUrl(), properties);
  }

  /** Read at every connection: secrets rotate. */
  private Optional<String> password() throws SQLException {
    if (database.passwordFile().isEmpty()) {
      return Optional.empty();
    }
    Path file = Path.of(database.passwordFile().get());
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      throw new SQLException("cannot read the password file " + file, "28000", e);
    }
  }

  @Override
  public String toString() {
    return endpoint + " (" + database.jdbcUrl() + ")";
  }
}
