package io.understudy.testbed.relay;

import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One way through a {@link Line}: one thread reads, another writes when the time has come, so that
 * a delay costs latency and not throughput. Between them are at most {@value #CHUNKS_MAX} chunks.
 */
final class Pump {
  /** Where bytes come from and go to. */
  record Way(Socket from, Socket to, Fault.Direction direction) {}

  /** Bytes and when they may go on; no bytes at the end of the stream. */
  private static final class Chunk {
    final byte[] bytes;
    final long dueNanos;

    Chunk(byte[] bytes, long dueNanos) {
      this.bytes = bytes;
      this.dueNanos = dueNanos;
    }
  }

  static final int CHUNKS_MAX = 256;
  private static final int CHUNK_BYTES = 16 << 10;
  private static final int SLICES_A_SECOND = 50;
  private static final long LOOK_MILLIS = 2;

  private final Line line;
  private final Relay relay;
  private final Way way;
  private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(CHUNKS_MAX);

  Pump(Line line, Relay relay, Way way) {
    this.line = line;
    this.relay = relay;
    this.way = way;
  }

  /** The end of a socket under its reader or writer ends the line. */
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  Thread reading() {
    return thread("read", this::read);
  }

  Thread writing() {
    return thread("write", this::write);
  }

  private Thread thread(String name, Work work) {
    return Thread.ofVirtual()
        .name("relay-" + name + "-" + way.direction())
        .unstarted(() -> {
          try {
            work.run();
          } catch (IOException e) {
            if (!line.targetLost()) {
              line.reset();
            }
          } catch (InterruptedException e) {
            line.reset();
          }
        });
  }

  private void read() throws IOException, InterruptedException {
    byte[] buffer = new byte[CHUNK_BYTES];
    for (int length = 0; length >= 0; ) {
      length = way.from().getInputStream().read(buffer);
      if (vanishes()) {
        line.tear();
        if (length < 0 && line.targetLost()) {
          line.reset(); // nobody is left on either side
        }
        continue;
      }
      long latency = relay.fault() instanceof Fault.Delay it ? it.latency().toNanos() : 0;
      put(new Chunk(Arrays.copyOf(buffer, Math.max(length, 0)), relay.now() + latency));
    }
  }

  private boolean vanishes() {
    return line.targetLost()
        || (relay.fault() instanceof Fault.Drop it && it.direction() == way.direction());
  }

  private void put(Chunk chunk) throws InterruptedException {
    while (!line.over() && !chunks.offer(chunk, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      // The writer is slower, as it is told to be.
    }
  }

  private void write() throws IOException, InterruptedException {
    while (!line.over()) {
      Chunk chunk = chunks.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (chunk == null) {
        continue;
      }
      awaitTurn(chunk);
      if (chunk.bytes.length == 0) {
        way.to().shutdownOutput();
        line.halfEnded();
        return;
      }
      pass(chunk.bytes);
    }
  }

  private void awaitTurn(Chunk chunk) throws InterruptedException {
    while (!line.over() && (relay.fault() instanceof Fault.Stall || relay.now() < chunk.dueNanos)) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private void pass(byte[] bytes) throws IOException, InterruptedException {
    int at = 0;
    while (at < bytes.length && !line.over()) {
      long rate = relay.fault() instanceof Fault.Rate it ? it.bytesPerSecond() : Long.MAX_VALUE;
      int slice = Math.clamp(rate / SLICES_A_SECOND, 1, bytes.length - at);
      if (!line.targetLost()) {
        way.to().getOutputStream().write(bytes, at, slice);
      }
      at += slice;
      long until = relay.now() + TimeUnit.SECONDS.toNanos(slice) / rate;
      while (relay.now() < until && relay.fault() instanceof Fault.Rate && !line.over()) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    }
  }
}
