package io.understudy.daemon.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.snapshot.ShadowCopy;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SeedingTest {
  private final TestDatabase primary = TestDatabase.on("eu-a");
  private final TestDatabase shadow = TestDatabase.on("eu-b");

  /** It is not open yet: what it applies until then is in no frame of its epoch. */
  @Test
  void aPrimaryThatStillAppliesItsHistoryIsCopiedWhenItIsOpen() throws Exception {
    Bootstrap.schema(primary.server());
    for (TestDatabase database : new TestDatabase[] {primary, shadow}) {
      database.execute("CREATE TABLE orders (id integer PRIMARY KEY)");
    }
    CompletableFuture<Tip> done = new CompletableFuture<>();
    Tip cut = new Tip(new Position(1, new Lsn(7)), 7);
    boolean[] open = new boolean[1];
    new Seeding(
            new Seeding.Way(
                "orders", primary.server(), shadow.server(), cut.position(), shadowCopy()),
            at -> {
              if (!open[0]) {
                primary.execute("INSERT INTO orders VALUES (1)"); // the rest of its history
                open[0] = true;
              }
              return CompletableFuture.completedFuture(cut);
            },
            (tip, problem) -> {
              assertThat(problem).isEmpty();
              done.complete(tip);
            })
        .start();
    assertThat(done.get(30, TimeUnit.SECONDS)).isEqualTo(cut);
    assertThat(shadow.contents()).isEqualTo(primary.contents());
    assertThat(shadow.query("SELECT count(*) FROM orders")).isEqualTo("1");
  }

  private ShadowCopy shadowCopy() {
    return new ShadowCopy(
        new ShadowCopy.Setting(
            "orders",
            primary.server(),
            shadow.server(),
            Duration.ofMinutes(1),
            1,
            InstantSource.system()));
  }
}
