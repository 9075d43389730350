package io.understudy.daemon.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** A primary and a shadow with the same tables, on real servers. */
record Pair(TestDatabase primary, TestDatabase shadow) {
  static Pair make(String... statements) throws SQLException {
    Pair pair = new Pair(TestDatabase.on("eu-a"), TestDatabase.on("eu-b"));
    for (TestDatabase database : List.of(pair.primary(), pair.shadow())) {
      for (String statement : statements) {
        database.execute(statement);
      }
      Bootstrap.schema(database.server());
    }
    return pair;
  }

  Slots slots() {
    return new Slots(primary.server(), "snap" + primary.name());
  }

  Catalogue catalogue() throws SQLException {
    try (Connection connection = primary.connect()) {
      return Catalogue.read(connection);
    }
  }

  /** A copy under a slot of its own, which must end with equal contents and the slot's position. */
  Report bring(ShadowCopy.Wish wish) throws Exception {
    String before = primary.contents().toString();
    try (Slots.Export export = slots().temporary("t")) {
      Position position = new Position(3, export.consistentPoint());
      Report report =
          copy(Duration.ofMinutes(1))
              .bring(export, position, catalogue(), new ShadowCopy.Call(wish, sent -> {}))
              .report();
      assertThat(report.position()).isEqualTo(position);
      assertThat(shadow.contents()).hasToString(before);
      assertThat(
              shadow.query(
                  "SELECT epoch || ':' || lsn FROM understudy.applied WHERE service = 's'"))
          .isEqualTo(position.toString());
      return report;
    }
  }

  Report differential() throws Exception {
    return bring(ShadowCopy.Wish.exactly(Estimator.Kind.DIFFERENTIAL));
  }

  Report full() throws Exception {
    return bring(ShadowCopy.Wish.exactly(Estimator.Kind.FULL));
  }

  ShadowCopy copy(Duration snapshotMax) {
    return new ShadowCopy(
        new ShadowCopy.Setting(
            "s", primary.server(), shadow.server(), snapshotMax, 2, InstantSource.system()));
  }

  /** Compares as it is now; nobody may write meanwhile. */
  Report verify() throws Exception {
    try (Slots.Export export = slots().temporary("v");
        Verifier verifier =
            Verifier.open(
                new Verifier.Pair("s", primary.server(), shadow.server()),
                export,
                catalogue(),
                new Verifier.Bounds(Duration.ofMinutes(1), InstantSource.system()))) {
      return verifier.compare(new Position(3, export.consistentPoint()), catalogue(), sent -> {});
    }
  }
}
