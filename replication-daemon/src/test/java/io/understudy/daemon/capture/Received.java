package io.understudy.daemon.capture;

import io.understudy.daemon.kill.KillableServer;
import io.understudy.model.Lsn;
import io.understudy.model.config.HostPort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A receiver without a database, and a client that posts to it. */
final class Received implements AutoCloseable {
  static final ReceiverSettings.Bounds BOUNDS =
      new ReceiverSettings.Bounds(
          1 << 20, 1 << 20, Duration.ofSeconds(10), Duration.ofMinutes(5), Duration.ofSeconds(10));

  /** How the next receiver is made. */
  static final class Setup {
    final Path folder;
    final int port;
    Instant now = RecordedBatches.time(RecordedBatches.get(1));
    Lsn start = Lsn.ZERO;
    Function<Lsn, Optional<String>> slotCheck = _ -> Optional.empty();
    ReceiverSettings.Bounds bounds = BOUNDS;
    boolean confirms = true;

    Setup(Path folder) throws IOException {
      this.folder = folder;
      this.port = KillableServer.freePort();
      Files.writeString(folder.resolve("keys"), RecordedBatches.KEY + "\n");
    }

    Received start() {
      return new Received(this);
    }
  }

  /** What was answered. */
  record Answer(int status, String text) {}

  final List<Transaction> transactions = Collections.synchronizedList(new ArrayList<>());
  final List<String> failures = Collections.synchronizedList(new ArrayList<>());
  final ReceiverCapture capture;
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI uri;

  private Received(Setup setup) {
    this.uri = URI.create("http://127.0.0.1:" + setup.port + ReceiverEndpoint.PATH);
    this.capture =
        new ReceiverCapture(
            new ReceiverSettings(
                "orders-1",
                1,
                setup.start,
                new ReceiverSettings.Place(
                    new HostPort("127.0.0.1", setup.port),
                    setup.folder.resolve("keys"),
                    RecordedBatches.PLACEHOLDER,
                    setup.folder.resolve("state")),
                Received::key,
                setup.slotCheck,
                () -> setup.now,
                setup.bounds));
    boolean confirms = setup.confirms;
    capture.start(
        new Capture.Sink() {
          @Override
          public void accept(Transaction transaction) {
            transactions.add(transaction);
            if (confirms) {
              capture.confirm(transaction.position().lsn());
            }
          }

          @Override
          public void failed(String reason) {
            failures.add(reason);
          }
        });
  }

  private static List<String> key(TableName table) {
    return table.table().equals("keyless") ? List.of() : List.of("id");
  }

  /** Posts as the server does: again while nobody listens. */
  Answer post(RecordedBatches.Post post) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(20))
            .header("content-type", "application/json")
            .header("webhook-id", post.signature().id())
            .header("webhook-timestamp", post.signature().timestamp())
            .header("webhook-signature", post.signature().signatures())
            .POST(HttpRequest.BodyPublishers.ofByteArray(post.body()))
            .build();
    for (int attempt = 0; ; attempt++) {
      try {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body());
      } catch (java.net.ConnectException e) {
        if (attempt > 1_000) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  @Override
  public void close() {
    capture.close();
    client.close();
  }
}
