package io.understudy.testbed.bench.commit;

import java.sql.SQLException;
import java.util.List;

/** PostgreSQL's logical replication: commits wait until two of three subscriptions applied them. */
final class NativeSubscriptions implements Contender {
  private static final String DATABASE = "theirs";

  private final Servers servers;
  private int marker;

  NativeSubscriptions(Servers servers) {
    this.servers = servers;
  }

  @Override
  public String name() {
    return "native";
  }

  @Override
  public String database() {
    return DATABASE;
  }

  @Override
  public void prepare() throws SQLException {
    servers.makeDatabase(DATABASE, List.of(servers.primary()));
    String mark = "CREATE TABLE marker (round int PRIMARY KEY)";
    servers
        .primary()
        .server()
        .run(DATABASE, List.of(mark, "CREATE PUBLICATION theirs FOR TABLE account, marker"));
    for (Servers.Place shadow : servers.shadows()) {
      shadow.server().run("postgres", List.of("CREATE DATABASE " + DATABASE));
      shadow
          .server()
          .run(
              DATABASE,
              List.of(
                  "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL, note text"
                      + " NOT NULL)",
                  mark,
                  "CREATE SUBSCRIPTION "
                      + subscription(shadow)
                      + " CONNECTION 'host=127.0.0.1 user=postgres port="
                      + servers.primary().server().port()
                      + " dbname="
                      + DATABASE
                      + "' PUBLICATION theirs WITH (binary = true, synchronous_commit = on)"));
      servers.await(shadow, DATABASE, "(SELECT count(*) = " + Clients.ROWS + " FROM account)");
    }
    end();
  }

  @Override
  public void begin() throws SQLException {
    alter("ENABLE");
    servers.setting("synchronous_standby_names", "");
    servers
        .primary()
        .server()
        .run(DATABASE, List.of("INSERT INTO marker VALUES (" + ++marker + ")"));
    for (Servers.Place shadow : servers.shadows()) {
      servers.await(shadow, DATABASE, "EXISTS (SELECT FROM marker WHERE round = " + marker + ")");
    }
    servers.setting(
        "synchronous_standby_names",
        "ANY 2 ("
            + String.join(
                ", ", servers.shadows().stream().map(NativeSubscriptions::subscription).toList())
            + ")");
  }

  @Override
  public void end() throws SQLException {
    servers.setting("synchronous_standby_names", "");
    alter("DISABLE");
  }

  private void alter(String how) throws SQLException {
    for (Servers.Place shadow : servers.shadows()) {
      shadow
          .server()
          .run(DATABASE, List.of("ALTER SUBSCRIPTION " + subscription(shadow) + " " + how));
    }
  }

  private static String subscription(Servers.Place shadow) {
    return "theirs_" + shadow.name().replace('-', '_');
  }
}
