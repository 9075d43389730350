package io.understudy.testbed.bench.resync;

import io.understudy.testbed.process.Patience;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** PostgreSQL's own re-copy: the table emptied and subscribed to anew. */
final class NativeWay implements Way {
  static final String NAME = "native";
  private static final Duration COPIED_MAX = Duration.ofMinutes(10);

  private final Servers servers;
  private final Patience patience;

  NativeWay(Servers servers, Patience patience) {
    this.servers = servers;
    this.patience = patience;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare() throws SQLException {
    servers.runOnPrimary(List.of("CREATE PUBLICATION native FOR TABLE item"));
  }

  @Override
  public void copy() throws SQLException {
    servers.runOnShadow(
        NAME,
        "TRUNCATE item",
        "CREATE SUBSCRIPTION native CONNECTION 'host=127.0.0.1 user=postgres port="
            + servers.primaryPort()
            + " dbname="
            + Servers.SOURCE
            + "' PUBLICATION native WITH (copy_data = true, binary = true, synchronous_commit ="
            + " off)");
    patience.await("the subscription to have copied", COPIED_MAX, this::isCopied);
  }

  @Override
  public void tidy() throws SQLException {
    servers.runOnShadow(NAME, "DROP SUBSCRIPTION native");
  }

  /** States of a table (PostgreSQL manual, pg_subscription_rel): s synchronised, r ready. */
  private boolean isCopied() {
    try {
      return servers
          .queryOnShadow(NAME, "SELECT bool_and(srsubstate IN ('s', 'r')) FROM pg_subscription_rel")
          .equals("t");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
