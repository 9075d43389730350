package io.understudy.testbed.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.journal.ContentHash;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.wire.CaCommand;
import io.understudy.daemon.wire.Parcel;
import io.understudy.daemon.wire.PeerStatus;
import io.understudy.daemon.wire.Peers;
import io.understudy.daemon.wire.PemFiles;
import io.understudy.daemon.wire.TlsPeers;
import io.understudy.daemon.wire.WireLimits;
import io.understudy.daemon.wire.WireSettings;
import io.understudy.daemon.wire.WireSurroundings;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import io.understudy.model.config.HostPort;
import io.understudy.testbed.support.Await;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two daemons that talk through a network which misbehaves: what arrives is unaltered and in order,
 * memory stays within its bounds, and both ends find each other again when it is over.
 */
class PeersThroughFaultsTest {
  private static final long SEED = Long.getLong("wire.seed", 20_260_714L);
  private static final WireLimits LIMITS =
      new WireLimits(1 << 20, 2 << 20, 1 << 20, Duration.ofMillis(600));
  private static final Duration RECOVERY_MAX = Duration.ofSeconds(10);

  @TempDir Path certificates;

  private final Vertx vertx = Vertx.vertx();
  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final Side sideA = new Side();
  private final Side sideB = new Side();
  private final AtomicBoolean talking = new AtomicBoolean(true);
  private final List<Thread> talkers = new ArrayList<>();
  private TlsPeers a;
  private TlsPeers b;
  private Relay relay;

  /** Checks what one side receives: sequence numbers ascend, and contents follow from them. */
  private final class Side implements Peers.Inbox {
    final AtomicLong last = new AtomicLong();
    final AtomicLong received = new AtomicLong();
    final AtomicInteger balance = new AtomicInteger();
    private final ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());

    @Override
    public void execute(Runnable delivery) {
      thread.execute(() -> {
        try {
          delivery.run();
        } catch (RuntimeException | Error e) {
          defects.add(e);
        }
      });
    }

    @Override
    public void received(String from, Parcel parcel) {
      Frame frame = Parcel.frames(parcel.message()).getFirst();
      long number = frame.position().lsn().value();
      if (number <= last.getAndSet(number)) {
        defects.add(new AssertionError(number + " came again or too late"));
      }
      if (!Arrays.equals(parcel.contents().getFirst(), content(number))) {
        defects.add(new AssertionError("content of " + number + " was altered"));
      }
      received.incrementAndGet();
    }

    @Override
    public void connected(String peer) {
      if (balance.incrementAndGet() != 1) {
        defects.add(new AssertionError("connected twice"));
      }
    }

    @Override
    public void disconnected(String peer) {
      if (balance.decrementAndGet() != 0) {
        defects.add(new AssertionError("disconnected without a connection"));
      }
    }
  }

  @BeforeEach
  void start() throws Exception {
    new CaCommand(certificates, List.of("eu-a", "eu-b")).run(InstantSource.system(), _ -> {});
    b = open("eu-b", Map.of("eu-a", 1), sideB);
    relay =
        Relay.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), b.port()), System::nanoTime);
    a = open("eu-a", Map.of("eu-b", relay.port()), sideA);
  }

  @AfterEach
  void stop() throws Exception {
    talking.set(false);
    for (Thread talker : talkers) {
      talker.join(Duration.ofSeconds(10));
    }
    a.close();
    b.close();
    relay.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private TlsPeers open(String endpoint, Map<String, Integer> ports, Peers.Inbox inbox)
      throws Exception {
    Map<String, HostPort> peers = new HashMap<>();
    ports.forEach((peer, port) -> peers.put(peer, new HostPort("127.0.0.1", port)));
    return TlsPeers.open(
        new WireSettings(
            endpoint,
            new HostPort("127.0.0.1", 0),
            peers,
            PemFiles.in(certificates, endpoint),
            LIMITS),
        new WireSurroundings(vertx, new Random(SEED), InstantSource.system()),
        inbox);
  }

  private static byte[] content(long number) {
    Random random = new Random(number);
    byte[] content = new byte[random.nextInt(20) == 0 ? random.nextInt(200_000) : 300];
    random.nextBytes(content);
    return content;
  }

  private static Parcel parcel(long number) {
    byte[] content = content(number);
    Frame frame = new Frame(new Position(1, new Lsn(number)), ContentHash.digest(content));
    return new Parcel(
        new Message.Batch(1, Tip.NONE, List.of(frame), Position.NONE), List.of(content));
  }

  /** Sends numbered parcels at about 300 a second, and watches the memory. */
  private AtomicLong talk(TlsPeers from, String to) {
    AtomicLong sent = new AtomicLong();
    talkers.add(
        Thread.ofVirtual()
            .start(() -> {
              while (talking.get()) {
                from.send(to, parcel(sent.incrementAndGet()));
                PeerStatus status = from.status(to);
                if (status.queuedBytes() > LIMITS.queueBytesMax() + 1000
                    || status.pendingBytes() > LIMITS.inboxBytesMax() + 2 * (1 << 20)) {
                  defects.add(new AssertionError("out of bounds: " + status));
                }
                LockSupport.parkNanos(3_000_000);
              }
            }));
    return sent;
  }

  private static List<Fault> oneOfEach(Random random) {
    List<Fault> faults =
        new ArrayList<>(
            List.of(
                new Fault.Delay(Duration.ofMillis(random.nextInt(20, 300))),
                new Fault.Rate(random.nextInt(5_000, 200_000)),
                new Fault.Stall(),
                new Fault.Drop(Fault.Direction.TO_TARGET),
                new Fault.Drop(Fault.Direction.FROM_TARGET),
                new Fault.Reset(),
                new Fault.HalfOpen(),
                new Fault.Refuse()));
    Collections.shuffle(faults, random);
    return faults;
  }

  private void survive(int rounds) {
    Random random = new Random(SEED);
    AtomicLong sentA = talk(a, "eu-b");
    AtomicLong sentB = talk(b, "eu-a");
    for (int round = 0; round < rounds; round++) {
      for (Fault fault : oneOfEach(random)) {
        long millis = random.nextLong(300, 1500);
        relay.apply(fault);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        relay.heal();
        long healed = System.nanoTime();
        long afterA = sentA.get();
        long afterB = sentB.get();
        Await.until(
            "seed " + SEED + " after " + fault + " of " + millis + " ms both hear each other",
            () -> sideB.last.get() > afterA && sideA.last.get() > afterB);
        Duration took = Duration.ofNanos(System.nanoTime() - healed);
        System.out.printf("%-40s %5d ms, recovered after %d ms%n", fault, millis, took.toMillis());
        assertThat(took).as("seed %d after %s", SEED, fault).isLessThan(RECOVERY_MAX);
        assertThat(defects).as("seed %d after %s", SEED, fault).isEmpty();
      }
    }
    assertThat(sideA.received).hasValueGreaterThan(rounds * 100L);
    assertThat(sideB.received).hasValueGreaterThan(rounds * 100L);
  }

  @Test
  @Timeout(120)
  void everyFaultIsSurvivedOnce() {
    survive(1);
  }

  @Test
  @Tag("long")
  @Timeout(1200)
  void everyFaultIsSurvivedManyTimesInAnyOrder() {
    survive(40);
  }
}
