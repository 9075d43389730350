package io.understudy.daemon.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.kill.KillableServer;
import io.understudy.daemon.postgres.Await;
import io.understudy.model.Lsn;
import io.understudy.model.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The receiver with a real Debezium Server, which starts and ends with each capture. */
@Tag("long")
class DebeziumServerCaptureTest extends CaptureContract {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private int port;
  private @Nullable DebeziumServerProcess server;

  @BeforeEach
  void writeKeys() throws IOException {
    port = KillableServer.freePort();
    Files.writeString(folder.resolve("keys"), RecordedBatches.KEY);
  }

  @Override
  Capture capture(Supplier<Optional<String>> slotCheck) throws Exception {
    ReceiverCapture receiver =
        new ReceiverCapture(
            new ReceiverSettings(
                service,
                1,
                confirmed(),
                new ReceiverSettings.Place(
                    new HostPort("127.0.0.1", port),
                    folder.resolve("keys"),
                    RecordedBatches.PLACEHOLDER,
                    folder.resolve("state")),
                _ -> List.of("id"),
                _ -> slotCheck.get(),
                InstantSource.system(),
                ReceiverSettings.Bounds.DEFAULT));
    return new Capture() {
      private boolean closed;

      @Override
      public void start(Sink sink) {
        receiver.start(sink);
        if (!closed) {
          server = launch();
        }
      }

      @Override
      public void confirm(Lsn replicated) {
        receiver.confirm(replicated);
      }

      @Override
      public void close() {
        closed = true;
        receiver.close();
        stopServer();
      }
    };
  }

  private void stopServer() {
    DebeziumServerProcess running = server;
    if (running != null) {
      running.close();
    }
  }

  private DebeziumServerProcess launch() {
    try {
      return DebeziumServerProcess.start(
          folder,
          Map.of(
              "UNDERSTUDY_RECEIVER",
              "http://127.0.0.1:" + port,
              "UNDERSTUDY_RECEIVER_SECRET",
              RecordedBatches.KEY,
              "UNDERSTUDY_PLACEHOLDER",
              RecordedBatches.PLACEHOLDER,
              "PRIMARY_HOST",
              "127.0.0.1",
              "PRIMARY_PORT",
              Integer.toString(primary.port()),
              "PRIMARY_DATABASE",
              primary.name(),
              "PRIMARY_USER",
              "postgres",
              "UNDERSTUDY_SLOT",
              slots.name(1),
              "UNDERSTUDY_PUBLICATION",
              service));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server posts nothing more until a batch is confirmed. */
  @Override
  void start(Capture capture, Collector collector) {
    capture.start(
        new Capture.Sink() {
          @Override
          public void accept(Transaction transaction) {
            collector.accept(transaction);
            capture.confirm(transaction.position().lsn());
          }

          @Override
          public void failed(String reason) {
            collector.failed(reason);
          }
        });
  }

  @Test
  @Override
  void streamingResumesExactlyAtTheConfirmedPositionOfTheSlot() throws Exception {
    Collector first = new Collector();
    Transaction third;
    try (Capture capture = capture(Optional::empty)) {
      start(capture, first);
      for (int i = 1; i <= 3; i++) {
        primary.execute("INSERT INTO t VALUES (" + i + ")");
      }
      List<Transaction> two = List.of(first.next(), first.next());
      third = first.next();
      assertThat(ids(two)).containsExactly("1", "2");
      Await.until("confirmed", LONG, () -> confirmed().equals(third.position().lsn()));
    }
    primary.execute("INSERT INTO t VALUES (4)");
    Collector unconfirmed = new Collector();
    try (Capture capture = capture(Optional::empty)) {
      capture.start(unconfirmed);
      assertThat(ids(List.of(unconfirmed.next()))).containsExactly("4");
      assertThat(confirmed()).as("4 is not replicated").isEqualTo(third.position().lsn());
    }
    Collector last = new Collector();
    try (Capture capture = capture(Optional::empty)) {
      start(capture, last);
      Transaction again = last.next();
      assertThat(ids(List.of(again))).containsExactly("4");
      primary.execute("INSERT INTO t VALUES (5)");
      assertThat(ids(List.of(last.next()))).containsExactly("5");
    }
  }

  /** The receiver cannot see it; the server ends, and is to be started again. */
  @Test
  @Override
  void aBrokenStreamIsReportedOnce() throws Exception {
    Collector collector = new Collector();
    try (Capture capture = capture(Optional::empty)) {
      start(capture, collector);
      primary.execute("INSERT INTO t VALUES (1)");
      collector.next();
      primary.execute(
          "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
              + slots.name(1)
              + "'");
      Await.until("the server ended", LONG, () -> server != null && !server.alive());
      primary.execute("INSERT INTO t VALUES (2)");
      server = launch();
      assertThat(ids(List.of(collector.next()))).containsExactly("2");
      assertThat(collector.transactions.poll(1, TimeUnit.SECONDS)).isNull();
    }
    assertThat(collector.failures).isEmpty();
  }

  @Test
  void aTransactionOfManyBatchesSurvivesKillsOfBothSides() throws Exception {
    Collector collector = new Collector();
    primary.execute("INSERT INTO t SELECT i, 'x' FROM generate_series(1, 20000) i");
    Path file = folder.resolve("state").resolve(service + ".open");
    try (Capture capture = capture(Optional::empty)) {
      start(capture, collector);
      Await.until(
          "a part is on the disk", LONG, () -> Files.exists(file) && Files.size(file) > 1 << 20);
    }
    try (Capture capture = capture(Optional::empty)) {
      start(capture, collector);
      assertThat(collector.next().changes()).hasSize(20_000);
      assertThat(collector.transactions).isEmpty();
    }
    assertThat(collector.failures).isEmpty();
  }
}
