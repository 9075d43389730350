package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Batches of at most five events that Debezium Server 3.6.3 posted with {@code
 * docker/debezium-server/application.properties}, byte for byte, of eight transactions: a row with
 * a large value; updates of it, one of the key, a deletion, and a row of NULLs where there is a
 * default; kinds of values; twelve rows and a message; a table without a key; other values; a
 * deletion; a TRUNCATE. A message outside of transactions is among them.
 */
final class RecordedBatches {
  static final String KEY = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
  static final String PLACEHOLDER = "understudy-unchanged-1";
  static final int COUNT = 10;

  /** A request. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares it.
  record Post(WebhookSignature signature, byte[] body) {
    String text() {
      return new String(body, UTF_8);
    }
  }

  private RecordedBatches() {}

  /**
   * One of them.
   *
   * @param number 1 to 10
   */
  static Post get(int number) {
    String name = "/debezium-server/%02d".formatted(number);
    List<String> lines = new String(read(name + ".signature"), UTF_8).lines().toList();
    return new Post(
        new WebhookSignature(lines.get(0), lines.get(1), lines.get(2)), read(name + ".json"));
  }

  static List<Post> all() {
    List<Post> all = new ArrayList<>();
    for (int number = 1; number <= COUNT; number++) {
      all.add(get(number));
    }
    return all;
  }

  /** When a batch was posted. */
  static Instant time(Post post) {
    return Instant.ofEpochSecond(Long.parseLong(post.signature().timestamp()));
  }

  /** Another body with a signature of the server's key. */
  static Post signed(String body, Instant time) {
    return signed("msg_" + UUID.randomUUID(), body, time);
  }

  static Post signed(String id, String body, Instant time) {
    String timestamp = Long.toString(time.getEpochSecond());
    byte[] bytes = body.getBytes(UTF_8);
    String signature =
        new WebhookSignature(id, timestamp, "").sign(WebhookSignature.keys(KEY).getFirst(), bytes);
    return new Post(new WebhookSignature(id, timestamp, signature), bytes);
  }

  /** Their events in one array. */
  static String together(List<Post> posts) {
    return posts.stream()
        .map(Post::text)
        .map(text -> text.substring(1, text.length() - 1))
        .collect(Collectors.joining(",", "[", "]"));
  }

  /** The events of a batch, each as its text. */
  static List<String> events(Post post) {
    List<EventReader.Element> elements = new EventReader(_ -> List.of(), 1 << 24).read(post.body());
    return elements.stream()
        .map(e -> new String(post.body(), e.from(), e.to() - e.from(), UTF_8))
        .toList();
  }

  private static byte[] read(String resource) {
    try (InputStream in =
        Objects.requireNonNull(RecordedBatches.class.getResourceAsStream(resource), resource)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
