package io.understudy.daemon.capture;

import static io.understudy.daemon.capture.RecordedBatches.signed;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.RecordedBatches.Post;
import io.understudy.daemon.postgres.Await;
import io.understudy.model.Lsn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The receiver with what a real server posted, over HTTP. */
class ReceiverCaptureTest {
  private static final TableName T = new TableName("public", "t");
  private static final TableName KEYLESS = new TableName("public", "keyless");
  private static final TableName KINDS = new TableName("public", "kinds");
  private static final int TRANSACTIONS = 8;

  @TempDir private Path folder;
  private Received.Setup setup;

  @BeforeEach
  void setUp() throws Exception {
    setup = new Received.Setup(folder);
  }

  private List<Transaction> all() throws Exception {
    try (Received received = fresh("all").start()) {
      for (Post post : RecordedBatches.all()) {
        assertThat(received.post(post).status()).isEqualTo(200);
      }
      return List.copyOf(received.transactions);
    }
  }

  private Received.Setup fresh(String name) throws Exception {
    return new Received.Setup(Files.createDirectories(folder.resolve(name)));
  }

  private void posted(Received received, int from, int to) throws Exception {
    for (int number = from; number <= to; number++) {
      Received.Answer answer = received.post(RecordedBatches.get(number));
      assertThat(answer.status()).as("%d: %s", number, answer).isEqualTo(200);
    }
  }

  @Test
  void whatAServerPostedBecomesTheTransactionsOfThePrimary() throws Exception {
    try (Received received = setup.start()) {
      posted(received, 1, RecordedBatches.COUNT);
      assertThat(received.transactions).hasSize(TRANSACTIONS);
      List<List<Change>> changes =
          received.transactions.stream().map(Transaction::changes).toList();
      Row first = CaptureContract.row("id", "1", "v", "a", "big", "x".repeat(3000));
      assertThat(changes.get(0)).containsExactly(new Change.Insert(T, first));
      assertThat(received.transactions.getFirst().position().lsn()).isEqualTo(new Lsn(23005696));
      assertThat(received.transactions.getFirst().xid()).isEqualTo(775);
      Row one = CaptureContract.row("id", "1");
      List<String> big = List.of("big");
      Row two = CaptureContract.row("id", "2", "v", null);
      Row nulls = CaptureContract.row("id", "3", "v", null, "big", null);
      assertThat(changes.get(1))
          .containsExactly(
              new Change.Update(T, one, CaptureContract.row("id", "1", "v", null), big),
              new Change.Update(T, one, two, big),
              new Change.Delete(T, CaptureContract.row("id", "2")),
              new Change.Insert(T, nulls));
      assertThat(changes.get(3)).hasSize(12);
      assertThat(changes.get(4))
          .containsExactly(
              new Change.Insert(KEYLESS, CaptureContract.row("a", "1", "b", "x")),
              new Change.Insert(KEYLESS, CaptureContract.row("a", "2", "b", null)),
              new Change.Update(
                  KEYLESS,
                  CaptureContract.row("a", "1", "b", "x"),
                  CaptureContract.row("a", "5", "b", "x"),
                  List.of()),
              new Change.Delete(KEYLESS, CaptureContract.row("a", "2", "b", null)));
      assertThat(changes.get(7)).containsExactly(new Change.Truncate(KINDS));
    }
  }

  @Test
  void valuesKeepTheirTypes() throws Exception {
    try (Received received = setup.start()) {
      posted(received, 1, RecordedBatches.COUNT);
      Change.Insert kinds = (Change.Insert) received.transactions.get(2).changes().getFirst();
      assertThat(kinds.row().values())
          .containsExactly(
              "1",
              "NaN",
              "Infinity",
              "1.50",
              "\\xdead",
              "infinity",
              "2019-12-31T22:00:00.123456Z",
              "2020-01-01",
              "{\"a\": 1}",
              "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
              "true",
              "12:00:00.500000",
              "P0Y0M1DT2H0M0S");
      Change.Update update = (Change.Update) received.transactions.get(5).changes().getFirst();
      assertThat(update.key()).isEqualTo(CaptureContract.row("id", "1"));
      assertThat(update.row().values().subList(0, 4))
          .containsExactly("1", "1.1", "-Infinity", "NAN");
    }
  }

  @Test
  void severalTransactionsInOneBatchAreDeliveredInOrder() throws Exception {
    try (Received received = setup.start()) {
      String body = RecordedBatches.together(RecordedBatches.all());
      assertThat(received.post(signed(body, setup.now)).status()).isEqualTo(200);
      assertThat(received.transactions).isEqualTo(all());
    }
  }

  @Test
  void aReceiverThatCrashesAfterAnyAnswerGoesOnWithinTheOpenTransaction() throws Exception {
    List<Transaction> expected = all();
    for (int crash = 1; crash < RecordedBatches.COUNT; crash++) {
      Received.Setup own = fresh("crash-" + crash);
      List<Transaction> delivered = new ArrayList<>();
      try (Received received = own.start()) {
        posted(received, 1, crash);
        delivered.addAll(received.transactions);
      }
      try (Received received = own.start()) {
        posted(received, crash + 1, RecordedBatches.COUNT);
        delivered.addAll(received.transactions);
        assertThat(received.failures).isEmpty();
      }
      assertThat(delivered).as("crash after batch %d", crash).isEqualTo(expected);
    }
  }

  @Test
  void aBatchWhoseAnswerWasLostInACrashIsTakenOnce() throws Exception {
    List<Transaction> expected = all();
    for (int crash = 1; crash < RecordedBatches.COUNT; crash++) {
      Received.Setup own = fresh("lost-" + crash);
      List<Transaction> delivered = new ArrayList<>();
      try (Received received = own.start()) {
        posted(received, 1, crash);
        delivered.addAll(received.transactions);
      }
      try (Received received = own.start()) {
        posted(received, crash, RecordedBatches.COUNT);
        delivered.addAll(received.transactions);
        assertThat(received.failures).isEmpty();
      }
      assertThat(delivered).as("batch %d again", crash).isEqualTo(expected);
    }
  }

  @Test
  void aServerThatStartsAgainRepeatsWhatIsDropped() throws Exception {
    List<Transaction> expected = all();
    try (Received received = setup.start()) {
      posted(received, 1, 5);
      for (Post post : RecordedBatches.all()) {
        // A new process gives its messages new ids.
        assertThat(received.post(signed(post.text(), setup.now)).status()).isEqualTo(200);
      }
      assertThat(received.transactions).isEqualTo(expected);
      assertThat(received.failures).isEmpty();
    }
  }

  @Test
  void aReplayedRequestIsAnsweredAndDoesNothing() throws Exception {
    try (Received received = setup.start()) {
      posted(received, 1, 4);
      posted(received, 2, 2);
      posted(received, 5, RecordedBatches.COUNT);
      assertThat(received.transactions).isEqualTo(all());
      assertThat(received.failures).isEmpty();
    }
  }

  @Test
  void onlyReplicatedTransactionsAreAnsweredFor() throws Exception {
    setup.confirms = false;
    try (Received received = setup.start();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      posted(received, 1, 1);
      CompletableFuture<Received.Answer> answer =
          CompletableFuture.supplyAsync(() -> unchecked(received, 2), threads);
      Await.until("delivered", Duration.ofSeconds(10), () -> received.transactions.size() == 1);
      assertThat(answer.isDone()).isFalse();
      received.capture.confirm(received.transactions.getFirst().position().lsn());
      assertThat(answer.get().status()).isEqualTo(200);
    }
  }

  private static Received.Answer unchecked(Received received, int number) {
    try {
      return received.post(RecordedBatches.get(number));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aBatchThatIsNotReplicatedInTimeIsToBePostedAgain() throws Exception {
    setup.confirms = false;
    setup.bounds =
        new ReceiverSettings.Bounds(
            1 << 20, 1 << 20, Duration.ofMillis(300), Duration.ofMinutes(5), Duration.ofSeconds(5));
    try (Received received = setup.start()) {
      posted(received, 1, 1);
      Received.Answer late = received.post(RecordedBatches.get(2));
      assertThat(late.status()).isEqualTo(503);
      assertThat(late.text()).contains("not replicated within");
      received.capture.confirm(received.transactions.getFirst().position().lsn());
      posted(received, 2, 2);
      assertThat(received.transactions).as("delivered once").hasSize(1);
    }
  }

  @Test
  void whoDoesNotKnowTheKeyIsRefused() throws Exception {
    try (Received received = setup.start()) {
      Post post = RecordedBatches.get(1);
      WebhookSignature real = post.signature();
      String forged = "v1," + "A".repeat(43) + "=";
      List<WebhookSignature> wrong =
          List.of(
              new WebhookSignature(real.id(), real.timestamp(), forged),
              new WebhookSignature("msg_other", real.timestamp(), real.signatures()),
              new WebhookSignature(real.id(), real.timestamp(), "v2," + real.signatures()),
              new WebhookSignature("", "", ""));
      for (WebhookSignature signature : wrong) {
        assertThat(received.post(new Post(signature, post.body())).status()).isEqualTo(401);
      }
      byte[] changed = post.body().clone();
      changed[changed.length / 2] ^= 1;
      assertThat(received.post(new Post(real, changed)).status()).isEqualTo(401);
      assertThat(received.post(post).status()).isEqualTo(200);
    }
  }

  @Test
  void anOldRequestIsRefused() throws Exception {
    try (Received received = setup.start()) {
      for (int minutes : new int[] {-6, 6}) {
        Post post = signed(RecordedBatches.get(1).text(), setup.now.plusSeconds(minutes * 60L));
        Received.Answer answer = received.post(post);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.text()).contains("clock");
      }
    }
  }

  @Test
  void whatIsNoBatchIsRefusedWithItsRemedyAndTheStreamGoesOn() throws Exception {
    try (Received received = setup.start()) {
      posted(received, 1, 1);
      String text = RecordedBatches.get(2).text();
      refused(received, text.substring(0, text.length() / 2), "not JSON from byte");
      refused(received, "{}", "batch.enabled=true");
      refused(received, "[{\"before\":null}]", "schemas.enable=true");
      refused(received, text + " []", "after the end");
      refused(
          received,
          text.replace("\"snapshot\":null", "\"snapshot\":\"false\""),
          "replace.null.with.default=false");
      refused(received, text.replace("\"id\":1,", "\"id\":\"1\","), "its own schema");
      refused(received, text.replace("\"id\":1,", ""), "its own schema");
      posted(received, 2, RecordedBatches.COUNT);
      assertThat(received.transactions).isEqualTo(all());
    }
  }

  private void refused(Received received, String body, String remedy) throws Exception {
    Received.Answer answer = received.post(signed(body, setup.now));
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.text()).contains(remedy).doesNotContain("xxx");
  }

  @Test
  void aBatchThatIsTooLargeIsRefused() throws Exception {
    try (Received received = setup.start()) {
      Received.Answer answer = received.post(signed(" ".repeat(1 << 21), setup.now));
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.text()).contains("batch.max-size");
      posted(received, 1, 2);
    }
  }

  @Test
  void everyMissingBatchStopsTheCaptureUntilTheServerStartsAgain() throws Exception {
    List<Transaction> expected = all();
    for (int missing = 2; missing < RecordedBatches.COUNT; missing++) {
      Received.Setup own = fresh("gap-" + missing);
      List<Transaction> delivered = new ArrayList<>();
      try (Received received = own.start()) {
        posted(received, 1, missing - 1);
        int status = 200;
        for (int n = missing + 1; n <= RecordedBatches.COUNT && status == 200; n++) {
          status = received.post(RecordedBatches.get(n)).status();
        }
        assertThat(status).as("batch %d is missing", missing).isEqualTo(503);
        assertThat(received.failures).hasSize(1);
        assertThat(received.failures.getFirst()).contains("missing").contains("restart Debezium");
        delivered.addAll(received.transactions);
      }
      assertThat(delivered).isEqualTo(expected.subList(0, delivered.size()));
      try (Received received = own.start()) {
        posted(received, 1, RecordedBatches.COUNT);
        delivered.addAll(received.transactions);
      }
      assertThat(delivered).isEqualTo(expected);
    }
  }

  @Test
  void aWholeTransactionThatIsMissingStopsTheCapture() throws Exception {
    List<String> ninth = RecordedBatches.events(RecordedBatches.get(9));
    try (Received received = setup.start()) {
      posted(received, 1, 8);
      String shorter = "[" + String.join(",", ninth.subList(0, 2)) + "]";
      assertThat(received.post(signed(shorter, setup.now)).status()).isEqualTo(200);
      assertThat(received.post(RecordedBatches.get(10)).status()).isEqualTo(503);
      assertThat(received.failures.getFirst()).contains("transactions between");
    }
  }

  @Test
  void aSlotThatBeginsTooLateStopsTheCaptureBeforeAnythingIsDelivered() throws Exception {
    List<Lsn> asked = new ArrayList<>();
    setup.start = new Lsn(23_000_000);
    setup.slotCheck =
        confirmedMax -> {
          asked.add(confirmedMax);
          return Optional.of("the slot was recreated");
        };
    try (Received received = setup.start()) {
      posted(received, 1, 1);
      assertThat(received.post(RecordedBatches.get(2)).status()).isEqualTo(503);
      assertThat(received.failures).containsExactly("the slot was recreated");
      assertThat(received.transactions).isEmpty();
    }
    assertThat(asked).hasSize(1);
  }

  @Test
  void whatWasOpenBeforeANewSlotIsForgotten() throws Exception {
    try (Received received = setup.start()) {
      posted(received, 1, 5);
    }
    setup.start = new Lsn(23_008_600);
    try (Received received = setup.start()) {
      String rest = RecordedBatches.together(RecordedBatches.all().subList(6, 10));
      List<String> events = RecordedBatches.events(signed(rest, setup.now));
      String body = "[" + String.join(",", events.subList(3, events.size())) + "]";
      assertThat(received.post(signed(body, setup.now)).status()).isEqualTo(200);
      assertThat(received.transactions).isEqualTo(all().subList(4, TRANSACTIONS));
    }
  }

  @Test
  void anOpenTransactionHasABound() throws Exception {
    setup.bounds =
        new ReceiverSettings.Bounds(
            1 << 20, 20_000, Duration.ofSeconds(5), Duration.ofMinutes(5), Duration.ofSeconds(5));
    try (Received received = setup.start()) {
      posted(received, 1, 5);
      assertThat(received.post(RecordedBatches.get(6)).status()).isEqualTo(503);
      assertThat(received.failures.getFirst()).contains("pgoutput");
    }
  }
}
