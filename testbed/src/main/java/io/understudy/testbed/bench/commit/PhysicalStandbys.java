package io.understudy.testbed.bench.commit;

import io.understudy.testbed.process.Child;
import io.understudy.testbed.process.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** PostgreSQL's streaming replication: commits wait for the disks of two of three standbys. */
final class PhysicalStandbys implements Contender {
  private static final Duration GRACE = Duration.ofSeconds(60);

  private final Servers servers;
  private final List<PostgresServer> standbys = new ArrayList<>();
  private final List<Child> running = new ArrayList<>();

  PhysicalStandbys(Servers servers) {
    this.servers = servers;
  }

  @Override
  public String name() {
    return "physical";
  }

  @Override
  public String database() {
    return Asynchronous.DATABASE;
  }

  @Override
  public void prepare() throws IOException, SQLException {
    for (int i = 1; i <= Servers.SHADOWS; i++) {
      Path data = servers.copyOfPrimary("standby-" + i);
      Files.writeString(
          data.resolve("postgresql.auto.conf"),
          "primary_conninfo = 'host=127.0.0.1 user=postgres port="
              + servers.primary().server().port()
              + " application_name=standby_"
              + i
              + "'\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING);
      standbys.add(servers.standby("standby-" + i, data, Servers.port()));
    }
  }

  @Override
  public void begin() throws IOException, SQLException {
    servers.setting("synchronous_standby_names", "");
    for (PostgresServer standby : standbys) {
      Child postmaster = servers.start(standby);
      running.add(postmaster);
    }
    servers.await(
        servers.primary(),
        "postgres",
        "(SELECT count(*) = 3 FROM pg_stat_replication WHERE application_name ^@ 'standby_' AND"
            + " state = 'streaming' AND pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) < 100000)");
    servers.setting("synchronous_standby_names", "ANY 2 (standby_1, standby_2, standby_3)");
  }

  @Override
  public void end() throws SQLException, InterruptedException {
    servers.setting("synchronous_standby_names", "");
    for (Child standby : running) {
      standby.stop(GRACE);
    }
    running.clear();
  }
}
