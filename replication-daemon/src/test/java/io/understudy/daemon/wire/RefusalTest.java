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
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who and what is not let in, and what both sides say about it. */
@Timeout(60)
class RefusalTest {
  @TempDir static Path certificates;

  /** The same authority; eu-a's certificate expired there. */
  @TempDir static Path expired;

  /** Another authority. */
  @TempDir static Path foreign;

  private TestDaemons daemons = new TestDaemons(certificates);
  private LogWatch log = new LogWatch();

  @BeforeAll
  static void issue() throws Exception {
    InstantSource now = InstantSource.system();
    new CaCommand(certificates, List.of("eu-a", "eu-b", "us-a")).run(now, _ -> {});
    Files.copy(certificates.resolve("ca.crt"), expired.resolve("ca.crt"));
    Files.copy(certificates.resolve("ca.key"), expired.resolve("ca.key"));
    Instant lastMonth = now.instant().minus(Duration.ofDays(30));
    new CertificateAuthority(expired)
        .issue(new CertificateAuthority.Wish("eu-a", lastMonth, Duration.ofDays(20)));
    new CaCommand(foreign, List.of("eu-a")).run(now, _ -> {});
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

  private TlsPeers open(String endpoint, PemFiles files, Map<String, Integer> ports)
      throws Exception {
    WireSettings like = daemons.settings(endpoint, 0, ports);
    return daemons.open(
        new WireSettings(endpoint, like.listen(), like.peers(), files, like.limits()),
        new RecordingInbox());
  }

  @Test
  void anExpiredCertificateIsRefusedByWhoeverIsDialled() throws Exception {
    TlsPeers b = daemons.openB(0);
    TlsPeers a = open("eu-a", PemFiles.in(expired, "eu-a"), Map.of("eu-b", b.port()));
    until(
        "both sides say so",
        () ->
            log.says("eu-b: refused", "the certificate of [eu-a] expired on ", "renew it")
                && log.says("eu-a: eu-b", "it refuses the certificate of this daemon"));
    assertThat(log.says("eu-a: every peer will refuse ", "eu-a.crt", "renew it")).isTrue();
    assertThat(connected(a, "eu-b") || connected(b, "eu-a")).isFalse();
    assertThat(daemons.inboxB.events).isEmpty();
  }

  @Test
  void anExpiredCertificateIsRefusedByWhoeverDials() throws Exception {
    // The file of eu-a, but dialled by the endpoint before it in the alphabet.
    TlsPeers a = open("eu-a", PemFiles.in(expired, "eu-a"), Map.of("ap-a", 1));
    new CaCommand(certificates, List.of("ap-a")).run(InstantSource.system(), _ -> {});
    open("ap-a", PemFiles.in(certificates, "ap-a"), Map.of("eu-a", a.port()));
    until(
        "both sides say so",
        () ->
            log.says("ap-a: eu-a not connected", "the certificate of [eu-a] expired on ")
                && log.says("eu-a: refused", "it refuses the certificate of this daemon"));
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefusedByBothSides() throws Exception {
    TlsPeers b = daemons.openB(0);
    Path mixed = Files.createDirectory(foreign.resolve("believes-ours"));
    Files.copy(certificates.resolve("ca.crt"), mixed.resolve("ca.crt"));
    PemFiles pem = PemFiles.in(foreign, "eu-a");
    open("eu-a", pem, Map.of("eu-b", b.port()));
    until(
        "the one who dials refuses",
        () -> log.says("eu-a: eu-b not connected", "the certificate of [eu-b] was issued by CN="));
    open(
        "eu-a",
        new PemFiles(pem.certificate(), pem.key(), mixed.resolve("ca.crt")),
        Map.of("eu-b", b.port()));
    until(
        "the one who is dialled refuses",
        () ->
            log.says("eu-b: refused", "the certificate of [eu-a] was issued by CN=", "no authority")
                && log.says("eu-a: eu-b", "it refuses the certificate of this daemon"));
  }

  @Test
  void whoeverAnswersUnderAnotherNameThanTheOneDialledIsRefused() throws Exception {
    TlsPeers usA = open("us-a", PemFiles.in(certificates, "us-a"), Map.of("eu-a", 1));
    daemons.openA(usA.port());
    String words = "its certificate names [us-a], but eu-b was dialled";
    until(
        "both sides say so",
        () -> log.says("eu-a: eu-b not connected", words) && log.says("us-a: refused", words));
    assertThat(daemons.inboxA.events).isEmpty();
  }

  @Test
  void whoeverIsNotRegisteredIsRefused() throws Exception {
    TlsPeers b = open("us-a", PemFiles.in(certificates, "us-a"), Map.of("eu-a", 1));
    open("eu-b", PemFiles.in(certificates, "eu-b"), Map.of("us-a", b.port()));
    String words = "its certificate names [eu-b], none of the peers [eu-a]";
    until(
        "both sides say so",
        () -> log.says("us-a: refused", words) && log.says("eu-b: us-a not connected", words));
  }

  @Test
  void aDaemonThatIsNotTheOneItsFilesNameDoesNotStart() {
    assertThatThrownBy(() -> open("eu-b", PemFiles.in(certificates, "eu-a"), Map.of("eu-a", 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("eu-a.crt names [eu-a], not this endpoint 'eu-b'");
    PemFiles mixed =
        new PemFiles(
            certificates.resolve("eu-a.crt"),
            certificates.resolve("eu-b.key"),
            certificates.resolve("ca.crt"));
    assertThatThrownBy(() -> open("eu-a", mixed, Map.of("eu-b", 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("eu-b.key is not the key of the certificate");
    assertThatThrownBy(() -> open("eu-c", PemFiles.in(certificates, "eu-c"), Map.of("eu-a", 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("eu-c.crt")
        .hasMessageContaining("understudy ca --out DIR NAME");
  }

  @Test
  void filesThatAreReplacedAreUsedWithoutARestart() throws Exception {
    Path files = Files.createDirectory(expired.resolve("rotating"));
    for (String name : List.of("eu-a.crt", "eu-a.key", "ca.crt")) {
      Files.copy(expired.resolve(name), files.resolve(name));
    }
    TlsPeers b = daemons.openB(0);
    TlsPeers a = open("eu-a", PemFiles.in(files, "eu-a"), Map.of("eu-b", b.port()));
    until("it is refused", () -> log.says("eu-b: refused", "expired on"));
    replace("eu-a.crt", files);
    until("half of it is there", () -> log.says("eu-a: certificate files changed and cannot"));
    replace("eu-a.key", files);
    until("connected with the new ones", () -> connected(a, "eu-b"));
    assertThat(log.says("eu-a: certificate files changed, new connections use them")).isTrue();
  }

  private static void replace(String name, Path folder) throws IOException {
    Path draft = Files.copy(certificates.resolve(name), folder.resolve("draft"));
    Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private RawPeer raw(TlsPeers b) throws Exception {
    return new RawPeer(PemFiles.in(certificates, "eu-a"), b.port());
  }

  private void ends(String reason) throws Exception {
    until(reason, () -> log.says("eu-b: eu-a connected -> disconnected cause=" + reason));
    until("the inbox hears it", () -> daemons.inboxB.events.size() == 2);
    assertThat(daemons.inboxB.events).containsExactly("connected eu-a", "disconnected eu-a");
  }

  @Test
  void garbageAfterTheHelloEndsTheConnection() throws Exception {
    try (RawPeer peer = raw(daemons.openB(0))) {
      peer.greet().packet(2, "an order of row 17".getBytes(StandardCharsets.US_ASCII));
      ends("no message has the kind 97");
      assertThat(log.says("row 17")).isFalse();
    }
  }

  @Test
  void aPacketThatIsTooLargeEndsTheConnection() throws Exception {
    try (RawPeer peer = raw(daemons.openB(0))) {
      peer.greet().send(ByteBuffer.allocate(12).putInt(Integer.MAX_VALUE).putLong(2).array());
      ends("a packet of 2147483639 bytes where 1..8388608 are allowed");
    }
  }

  @Test
  void aRepeatedPacketEndsTheConnection() throws Exception {
    byte[] ack = new WireCodec(1024).encode(Parcel.of(new Message.Ack(1, Tip.NONE)));
    try (RawPeer peer = raw(daemons.openB(0))) {
      peer.greet().packet(2, ack).packet(2, ack);
      ends("packet 2 where 3 is due: repeated or lost");
      assertThat(daemons.inboxB.received).hasSize(1);
    }
  }

  @Test
  void contentWithAnotherDigestEndsTheConnectionAndNothingAfterItIsDelivered() throws Exception {
    byte[] content = "an order of row 17".getBytes(StandardCharsets.US_ASCII);
    Frame frame = new Frame(new Position(1, new Lsn(9)), ContentHash.digest(content) + 1);
    Message batch = new Message.Batch(1, Tip.NONE, List.of(frame), Position.NONE);
    WireCodec codec = new WireCodec(1024);
    byte[] ack = codec.encode(Parcel.of(new Message.Ack(1, Tip.NONE)));
    try (RawPeer peer = raw(daemons.openB(0))) {
      peer.greet().packet(2, codec.encode(new Parcel(batch, List.of(content)))).packet(3, ack);
      ends("the content of frame 1:0/9 has another digest");
      assertThat(daemons.inboxB.received).isEmpty();
      assertThat(log.says("row 17")).isFalse();
    }
  }

  @Test
  void aPeerOfWhichNothingComesIsDisconnected() throws Exception {
    try (RawPeer peer = raw(daemons.openB(0))) {
      peer.greet();
      ends("nothing came for 600 ms");
    }
  }

  @Test
  void aPeerThatSaysNothingOrNonsenseBeforeItsHelloIsRefused() throws Exception {
    TlsPeers b = daemons.openB(0);
    try (RawPeer silent = raw(b);
        RawPeer early = raw(b)) {
      early.packet(1, new byte[] {PacketKind.ACK});
      until("refused", () -> log.says("eu-b: refused", "of [eu-a]", "came before a hello"));
      until("refused too", () -> log.says("eu-b: refused", "of [eu-a]", "came for 600 ms"));
      assertThat(silent).isNotNull();
    }
    try (RawPeer liar = raw(b)) {
      liar.packet(1, new Hello(WireVersions.SPOKEN, "us-a", "eu-b").encode());
      until(
          "refused",
          () ->
              log.says("eu-b: refused", "it calls itself us-a, but its certificate names [eu-a]"));
    }
    assertThat(daemons.inboxB.events).isEmpty();
  }

  @Test
  void whatIsNotTlsIsRefusedAndNotQuoted() throws Exception {
    TlsPeers b = daemons.openB(0);
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), b.port())) {
      plain
          .getOutputStream()
          .write("GET /secret HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      until("refused", () -> log.says("eu-b: refused", "what came is not TLS"));
      assertThat(log.says("474554")).isFalse();
    }
  }
}
