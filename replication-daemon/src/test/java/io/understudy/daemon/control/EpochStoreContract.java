package io.understudy.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.protocol.CutHistory;
import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Electorate;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Promise;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every store of epoch records does, each client of it with its own instance. */
abstract class EpochStoreContract {
  private static final EpochRecord FIRST =
      new EpochRecord(
          1,
          1,
          "eu-a",
          CutHistory.from(1),
          new Electorate(List.of("eu-b", "eu-c"), 2),
          Durability.QUORUM);

  /** Another client of the same store. */
  abstract EpochStore client() throws IOException;

  @Test
  void aServiceHasNoRecordBeforeItIsFounded() throws IOException {
    assertThat(client().read("orders")).isEmpty();
    assertThat(client().found("orders", FIRST)).isEqualTo(FIRST);
    assertThat(client().read("orders")).contains(FIRST);
    assertThat(client().read("billing")).isEmpty();
  }

  @Test
  void whoFoundsSecondSeesTheFirst() throws IOException {
    client().found("orders", FIRST);
    assertThat(client().found("orders", FIRST.claimed())).isEqualTo(FIRST);
  }

  @Test
  void aRecordComesBackAsItWasWritten() throws IOException {
    Tip cut = new Tip(new Position(1, new Lsn(0xfedc_ba98_7654_3210L)), -2);
    EpochRecord next =
        FIRST
            .promoting(new Promise(7, "eu-c"), cut)
            .with(new Electorate(List.of("eu-a"), 1), Durability.DEGRADED);
    client().found("orders", FIRST);
    assertThat(client().compareAndSet("orders", FIRST, next)).isEqualTo(next);
    assertThat(client().read("orders")).contains(next);
  }

  @Test
  void whoExpectsSomethingElseChangesNothingAndSeesWhy() throws IOException {
    client().found("orders", FIRST);
    client().compareAndSet("orders", FIRST, FIRST.claimed());
    EpochRecord late = FIRST.promoting(new Promise(2, "eu-b"), Tip.NONE);
    assertThat(client().compareAndSet("orders", FIRST, late)).isEqualTo(FIRST.claimed());
    assertThat(client().read("orders")).contains(FIRST.claimed());
  }

  @Test
  void ofManyAtOnceOneWins() throws Exception {
    client().found("orders", FIRST);
    try (ExecutorService many = Executors.newFixedThreadPool(8)) {
      List<Future<EpochRecord>> answers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        EpochRecord mine = FIRST.promoting(new Promise(2 + i, "eu-b"), Tip.NONE);
        EpochStore store = client();
        Callable<EpochRecord> attempt = () -> store.compareAndSet("orders", FIRST, mine);
        answers.add(many.submit(attempt));
      }
      EpochRecord winner = client().read("orders").orElse(FIRST);
      for (Future<EpochRecord> answer : answers) {
        winner = answer.get();
        assertThat(winner.epoch()).isGreaterThan(1);
      }
      for (Future<EpochRecord> answer : answers) {
        assertThat(answer.get()).isEqualTo(winner);
      }
    }
  }
}
