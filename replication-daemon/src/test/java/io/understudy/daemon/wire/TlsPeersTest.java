package io.understudy.daemon.wire;

import static io.understudy.daemon.wire.TestDaemons.connected;
import static io.understudy.daemon.wire.TestDaemons.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.journal.ContentHash;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons over real TLS. */
@Timeout(60)
class TlsPeersTest {
  @TempDir static Path certificates;

  private final RandomGenerator random =
      RandomGeneratorFactory.of("L64X128MixRandom").create(20_260_713L);
  private TestDaemons daemons = new TestDaemons(certificates);
  private LogWatch log = new LogWatch();

  @BeforeAll
  static void issue() throws Exception {
    new CaCommand(certificates, List.of("eu-a", "eu-b")).run(InstantSource.system(), _ -> {});
  }

  @BeforeEach
  void begin() {
    daemons = new TestDaemons(certificates);
    log = new LogWatch();
  }

  @AfterEach
  void end() throws Exception {
    log.close();
    daemons.close();
  }

  private Parcel batch(long lsn, int bytes) {
    byte[] content = new byte[bytes];
    random.nextBytes(content);
    Frame frame = new Frame(new Position(1, new Lsn(lsn)), ContentHash.digest(content));
    return new Parcel(
        new Message.Batch(1, Tip.NONE, List.of(frame), Position.NONE), List.of(content));
  }

  private static Parcel ack(long lsn) {
    return Parcel.of(new Message.Ack(1, new Tip(new Position(1, new Lsn(lsn)), lsn)));
  }

  private static long lsn(Parcel parcel) {
    return Parcel.frames(parcel.message()).getFirst().position().lsn().value();
  }

  @Test
  void whatOneSendsTheOtherReceivesInOrderAndUnaltered() throws Exception {
    TlsPeers b = daemons.openB(0);
    TlsPeers a = daemons.openA(b.port());
    until("both are connected", () -> connected(a, "eu-b") && connected(b, "eu-a"));
    List<Parcel> sent =
        java.util.stream.LongStream.rangeClosed(1, 200)
            .mapToObj(lsn -> batch(lsn, random.nextInt(2000)))
            .toList();
    sent.forEach(parcel -> a.send("eu-b", parcel));
    for (long lsn = 1; lsn <= 200; lsn++) {
      b.send("eu-a", ack(lsn));
    }
    until(
        "all came",
        () -> daemons.inboxB.received.size() == 200 && daemons.inboxA.received.size() == 200);
    for (int i = 0; i < 200; i++) {
      Parcel received = daemons.inboxB.received.get(i);
      assertThat(received.message()).isEqualTo(sent.get(i).message());
      assertThat(received.contents().getFirst()).isEqualTo(sent.get(i).contents().getFirst());
      assertThat(daemons.inboxA.received.get(i)).isEqualTo(ack(i + 1));
    }
    assertThat(daemons.inboxA.events).containsExactly("connected eu-b");
    assertThat(daemons.inboxB.events).containsExactly("connected eu-a");
  }

  @Test
  void aLargeMessageArrivesAndOneBeyondTheBoundIsNotSent() throws Exception {
    TlsPeers b = daemons.openB(0);
    TlsPeers a = daemons.openA(b.port());
    until("connected", () -> connected(a, "eu-b"));
    a.send("eu-b", batch(1, TestDaemons.LIMITS.messageBytesMax()));
    Parcel largest = batch(2, TestDaemons.LIMITS.messageBytesMax() - 200);
    a.send("eu-b", largest);
    until("it came", () -> daemons.inboxB.received.size() == 1);
    assertThat(daemons.inboxB.received.getFirst().contents().getFirst())
        .isEqualTo(largest.contents().getFirst());
    assertThat(log.says("eu-a: a Batch for eu-b cannot be sent", "raise messageBytesMax")).isTrue();
  }

  @Test
  void aDaemonThatStartsAnewIsFoundAgain() throws Exception {
    TlsPeers first = daemons.openB(0);
    int port = first.port();
    TlsPeers a = daemons.openA(port);
    until("connected", () -> connected(a, "eu-b"));
    first.close();
    until("a noticed", () -> daemons.inboxA.events.contains("disconnected eu-b"));
    a.send("eu-b", ack(1));
    assertThat(a.status("eu-b").dropped()).isEqualTo(1);
    TlsPeers second = daemons.openB(port);
    until("connected again", () -> connected(a, "eu-b") && connected(second, "eu-a"));
    a.send("eu-b", ack(2));
    until("it came", () -> daemons.inboxB.received.contains(ack(2)));
    assertThat(daemons.inboxA.events)
        .containsExactly("connected eu-b", "disconnected eu-b", "connected eu-b");
  }

  @Test
  void aPeerThatTakesNothingCostsBoundedMemoryAndMissesMessages() throws Exception {
    TlsPeers b = daemons.openB(0);
    TlsPeers a = daemons.openA(b.port());
    until("connected", () -> connected(a, "eu-b"));
    daemons.inboxB.takeNothing();
    long lsn = 0;
    while (a.status("eu-b").dropped() < 100) {
      a.send("eu-b", batch(++lsn, 64 << 10));
      assertThat(a.status("eu-b").queuedBytes())
          .isLessThanOrEqualTo(TestDaemons.LIMITS.queueBytesMax() + 100);
      assertThat(b.status("eu-a").pendingBytes())
          .isLessThan(TestDaemons.LIMITS.inboxBytesMax() + (1 << 20));
    }
    long last = lsn + 1;
    daemons.inboxB.takeAll();
    until("there is room", () -> a.status("eu-b").queuedBytes() < 1000);
    a.send("eu-b", batch(last, 1));
    until("the last one came", () -> lsn(daemons.inboxB.received.getLast()) == last);
    assertThat(daemons.inboxB.received.stream().map(TlsPeersTest::lsn).toList())
        .isSorted()
        .hasSizeLessThan((int) last - 100 + 1);
    assertThat(a.status("eu-b").connections()).isEqualTo(1);
  }

  @Test
  void whoeverIsTooOldOrTooNewIsRefusedAndBothSidesSayWhoIsToBeUpgraded() throws Exception {
    TlsPeers b = daemons.openB(0);
    WireSettings next = daemons.settings("eu-a", 0, Map.of("eu-b", b.port()));
    TlsPeers tooNew = daemons.open(next, daemons.inboxA, new WireVersions(2, 3));
    String words = "eu-a speaks versions 2..3 and eu-b 1..1: upgrade eu-b";
    until("both say so", () -> log.says("eu-b: refused", words) && log.says("eu-a: eu-b", words));
    assertThat(connected(tooNew, "eu-b")).isFalse();
    tooNew.close();
    TlsPeers oneAhead = daemons.open(next, daemons.inboxA, new WireVersions(1, 2));
    until("N talks to N-1", () -> connected(oneAhead, "eu-b"));
    oneAhead.send("eu-b", ack(3));
    until("it came", () -> daemons.inboxB.received.contains(ack(3)));
  }

  @Test
  void portThatIsTakenIsNamedWithTheRemedy() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> daemons.openB(taken.getLocalPort()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("choose another port");
    }
    assertThat(daemons.vertx.deploymentIDs()).isEmpty();
  }

  @Test
  void nothingIsLeftAfterClose() throws Exception {
    TlsPeers b = daemons.openB(0);
    TlsPeers a = daemons.openA(b.port());
    until("connected", () -> connected(a, "eu-b") && connected(b, "eu-a"));
    int port = b.port();
    b.close();
    a.close();
    assertThat(daemons.vertx.deploymentIDs()).isEmpty();
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
        .isInstanceOf(ConnectException.class);
    a.send("eu-b", ack(1));
    b.close();
  }
}
