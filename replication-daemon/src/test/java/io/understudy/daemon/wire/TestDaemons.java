package io.understudy.daemon.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Await;
import io.understudy.model.config.HostPort;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGeneratorFactory;

/** Real connections on loopback, closed at the end of a test. */
final class TestDaemons {
  static final WireLimits LIMITS =
      new WireLimits(8 << 20, 9 << 20, 4 << 20, Duration.ofMillis(600));
  static final Duration SOON = Duration.ofSeconds(15);

  final Vertx vertx = Vertx.vertx();
  final RecordingInbox inboxA = new RecordingInbox();
  final RecordingInbox inboxB = new RecordingInbox();
  private final Path certificates;
  private final Deque<TlsPeers> open = new ArrayDeque<>();

  /**
   * Daemons whose files are in one folder.
   *
   * @param certificates as {@code understudy ca} makes them
   */
  TestDaemons(Path certificates) {
    this.certificates = certificates;
  }

  WireSettings settings(String endpoint, int listen, Map<String, Integer> ports) {
    Map<String, HostPort> peers = new HashMap<>();
    ports.forEach((peer, port) -> peers.put(peer, new HostPort("127.0.0.1", port)));
    return new WireSettings(
        endpoint,
        new HostPort("127.0.0.1", listen),
        peers,
        PemFiles.in(certificates, endpoint),
        LIMITS);
  }

  WireSurroundings around() {
    return new WireSurroundings(
        vertx, RandomGeneratorFactory.of("L64X128MixRandom").create(7), InstantSource.system());
  }

  TlsPeers open(WireSettings settings, Peers.Inbox inbox) throws Exception {
    return open(settings, inbox, WireVersions.SPOKEN);
  }

  TlsPeers open(WireSettings settings, Peers.Inbox inbox, WireVersions versions) throws Exception {
    TlsPeers peers = TlsPeers.open(settings, around(), inbox, versions);
    open.push(peers);
    return peers;
  }

  /** eu-b, which waits for eu-a. */
  TlsPeers openB(int port) throws Exception {
    return open(settings("eu-b", port, Map.of("eu-a", 1)), inboxB);
  }

  /** eu-a, which dials eu-b. */
  TlsPeers openA(int portOfB) throws Exception {
    return open(settings("eu-a", 0, Map.of("eu-b", portOfB)), inboxA);
  }

  static void until(String what, Callable<Boolean> condition) throws Exception {
    Await.until(what, SOON, condition);
  }

  static boolean connected(TlsPeers peers, String peer) {
    return peers.status(peer).connected();
  }

  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    assertThat(vertx.deploymentIDs()).isEmpty();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    for (RecordingInbox inbox : List.of(inboxA, inboxB)) {
      assertThat(inbox.defects).isEmpty();
      assertThat(inbox.overlaps).hasValue(0);
    }
  }
}
