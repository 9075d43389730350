package io.understudy.gateway.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.api7.A6.Err.Code;
import io.understudy.gateway.Await;
import io.understudy.gateway.LogLines;
import io.understudy.gateway.decision.Plans;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BadFramesTest {
  private static final Duration BOUND = Duration.ofSeconds(10);

  @TempDir Path folder;
  private final LogLines log = new LogLines();
  private HostFixture host;
  private GatewayClient client;

  @BeforeEach
  void start() throws IOException {
    host =
        new HostFixture(
            folder,
            s ->
                new HostSettings(
                    s.socket(), s.mode(), 1 << 16, Duration.ofMillis(300), 4, 4, s.confExpiry()));
    host.know(Plans.sharing(10_000));
    client = host.connect();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    host.close();
    log.close();
  }

  @Test
  void zeroLengthFrameIsABadRequestAndTheConnectionGoesOn() throws IOException {
    for (int type = 0; type <= 4; type++) {
      assertBadRequest(client.ask(Frames.framed(type, new byte[0])));
    }
    assertServes(client);
  }

  @Test
  void oversizedFrameIsRefusedFromItsHeaderAlone() throws IOException {
    client.send(ByteBuffer.allocate(4).putInt(2 << 24 | (1 << 16) + 1).array());

    assertBadRequest(client.read());
    assertThat(client.isClosedByHost()).isTrue();
    assertThat(log.contains("WARN", "a frame was refused: it is longer than allowed")).isTrue();
    assertServesOthers();
  }

  @Test
  void frameThatIsCutOffByTheClientIsForgotten() throws IOException {
    byte[] frame = Frames.request(Frames.Call.get(1, 1, Map.of()));
    client.send(Arrays.copyOf(frame, frame.length - 1));
    client.close();

    Await.until("the connection to be gone", BOUND, () -> host.connections() == 0);
    assertServesOthers();
  }

  @Test
  void frameThatIsNeverCompletedIsRefusedInTime() throws IOException {
    client.send(new byte[] {2, 0, 1});

    assertBadRequest(client.read());
    assertThat(client.isClosedByHost()).isTrue();
    assertThat(log.contains("WARN", "begun but not completed in time")).isTrue();
    assertServesOthers();
  }

  @Test
  void frameThatArrivesByteByByteIsServed() throws IOException {
    for (byte each : Frames.prepare("k", Map.of("understudy", HostFixture.CONF))) {
      client.send(new byte[] {each});
    }
    assertThat(client.read().type()).isEqualTo(1);
  }

  @Test
  void unknownTypeEndsTheConnectionBecauseTheStreamIsOutOfStep() throws IOException {
    assertBadRequest(client.ask(Frames.framed(77, new byte[8])));

    assertThat(client.isClosedByHost()).isTrue();
    assertThat(log.contains("WARN", "type 77 is not in the protocol")).isTrue();
  }

  @Test
  void garbageInsideAFrameIsAnsweredOnceEach() throws IOException {
    long seed = Long.getLong("understudy.seed", new SplittableRandom().nextLong());
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] body = new byte[random.nextInt(64)];
      random.nextBytes(body);
      int type = random.nextInt(5);
      assertThat(client.ask(Frames.framed(type, body)).type())
          .as("seed %d frame %d", seed, i)
          .isIn(0, type);
    }
    assertServes(client);
  }

  @Test
  void damagedRealFramesAreAnsweredOnceEach() throws IOException {
    long seed = Long.getLong("understudy.seed", new SplittableRandom().nextLong());
    SplittableRandom random = new SplittableRandom(seed);
    long token = client.prepare("k", HostFixture.CONF);
    List<byte[]> frames = RecordedFramesTest.frames();
    int errors = 0;
    for (int i = 0; i < 40_000; i++) {
      byte[] frame = frames.get(random.nextInt(frames.size())).clone();
      if (frame[0] == 2 && random.nextBoolean()) {
        frame = Frames.withToken(frame, 16, token);
      }
      for (int flips = random.nextInt(1, 6); flips > 0; flips--) {
        frame[random.nextInt(4, frame.length)] = (byte) random.nextInt();
      }
      int type = client.ask(frame).type();
      assertThat(type).as("seed %d frame %d", seed, i).isIn(0, (int) frame[0]);
      errors += type == 0 ? 1 : 0;
    }
    assertThat(errors).as("seed %d: the damage must show", seed).isGreaterThan(1000);
    assertServes(client);
    assertThat(log.contains("report this")).as("no frame reached our own bugs").isFalse();
  }

  @Test
  void confWithVeryManyEntriesIsRefusedBeforeItCostsMemory() throws IOException {
    Map<String, String> many = new java.util.HashMap<>();
    for (int i = 0; i < 65; i++) {
      many.put("f" + i, "x");
    }
    assertBadRequest(client.ask(Frames.prepare("k", many)));
    assertServes(client);
  }

  @Test
  void connectionsPastTheBoundAreClosed() throws IOException {
    try (GatewayClient second = host.connect();
        GatewayClient third = host.connect();
        GatewayClient fourth = host.connect()) {
      assertServes(second);
      assertServes(third);
      assertServes(fourth);
      try (GatewayClient fifth = host.connect()) {
        assertThat(fifth.isClosedByHost()).isTrue();
      }
      assertServes(client);
    }
  }

  @Test
  void gatewayThatDoesNotReadIsNotReadFromEither() throws IOException {
    long token = client.prepare("k", HostFixture.CONF);
    byte[] frame = Frames.request(Frames.Call.get(1, token, Map.of("x-user-id", "ada")));
    client.channel().configureBlocking(false);
    ByteBuffer rest = ByteBuffer.wrap(frame);
    int sent = 0;
    int idle = 0;
    // A host that read on would take all of this and hold a hundred megabytes of answers.
    while (sent < 1_000_000 && idle < 200) {
      if (client.channel().write(rest) == 0) {
        idle++;
        java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
      } else {
        idle = 0;
      }
      if (!rest.hasRemaining()) {
        sent++;
        rest.clear();
      }
    }
    assertThat(sent).isLessThan(100_000);

    client.channel().configureBlocking(true);
    for (int i = 0; i < sent; i++) {
      assertThat(client.read().requestId()).isEqualTo(1);
    }
  }

  private static void assertBadRequest(GatewayClient.Answer answer) {
    assertThat(answer.type()).isZero();
    assertThat(answer.errorCode()).isEqualTo(Code.BAD_REQUEST);
  }

  private void assertServesOthers() throws IOException {
    try (GatewayClient other = host.connect()) {
      assertServes(other);
    }
  }

  private static void assertServes(GatewayClient client) {
    long token = client.prepare("good", HostFixture.CONF);
    GatewayClient.Answer answer =
        client.ask(Frames.request(Frames.Call.get(7, token, Map.of("x-user-id", "ada"))));
    assertThat(answer.requestId()).isEqualTo(7);
    assertThat(answer.requestHeaders()).containsEntry("X-Us-8f3a", "eu-b");
  }
}
