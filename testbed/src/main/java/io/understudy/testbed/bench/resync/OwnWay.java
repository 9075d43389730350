package io.understudy.testbed.bench.resync;

import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.snapshot.Estimator;
import io.understudy.daemon.snapshot.ShadowCopy;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;

/** The daemon's copy, full or differential. */
final class OwnWay implements Way {
  private static final Duration SNAPSHOT_MAX = Duration.ofMinutes(10);
  private static final int WORKERS = 2;

  private final Estimator.Kind kind;
  private final Servers servers;
  private final InstantSource clock;

  OwnWay(Estimator.Kind kind, Servers servers, InstantSource clock) {
    this.kind = kind;
    this.servers = servers;
    this.clock = clock;
  }

  static String name(Estimator.Kind kind) {
    return switch (kind) {
      case FULL -> "full_copy"; // A word of its own in SQL is no name of a database.
      case DIFFERENTIAL -> "differential";
    };
  }

  @Override
  public String name() {
    return name(kind);
  }

  @Override
  public void prepare() throws SQLException, InterruptedException {
    Bootstrap.schema(primary());
    Bootstrap.schema(shadow());
    bring(Estimator.Kind.FULL);
  }

  @Override
  public void copy() throws SQLException, InterruptedException {
    bring(kind);
  }

  @Override
  public void tidy() {} // The slot ended with the copy.

  private void bring(Estimator.Kind how) throws SQLException, InterruptedException {
    ShadowCopy copy =
        new ShadowCopy(
            new ShadowCopy.Setting("bench", primary(), shadow(), SNAPSHOT_MAX, WORKERS, clock));
    Catalogue catalogue;
    try (Connection connection = primary().control()) {
      catalogue = Catalogue.read(connection);
    }
    try (Slots.Export export = new Slots(primary(), "bench").temporary(name())) {
      copy.bring(
          export,
          new Position(1, export.consistentPoint()),
          catalogue,
          new ShadowCopy.Call(ShadowCopy.Wish.exactly(how), sent -> {}));
    }
  }

  private Server primary() {
    return servers.counted(Servers.SOURCE);
  }

  private Server shadow() {
    return servers.counted(name());
  }
}
