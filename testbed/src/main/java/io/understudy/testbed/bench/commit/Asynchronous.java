package io.understudy.testbed.bench.commit;

import java.sql.SQLException;
import java.util.List;

/** Commits that wait for their own disk alone. */
final class Asynchronous implements Contender {
  static final String DATABASE = "plain";

  private final Servers servers;

  Asynchronous(Servers servers) {
    this.servers = servers;
  }

  @Override
  public String name() {
    return "async";
  }

  @Override
  public String database() {
    return DATABASE;
  }

  @Override
  public void prepare() throws SQLException {
    servers.makeDatabase(DATABASE, List.of(servers.primary()));
  }

  @Override
  public void begin() throws SQLException {
    servers.setting("synchronous_standby_names", "");
  }

  @Override
  public void end() {}
}
