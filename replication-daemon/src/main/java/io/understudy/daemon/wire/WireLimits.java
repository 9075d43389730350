package io.understudy.daemon.wire;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Bounds of the connections of one daemon.
 *
 * @param messageBytesMax of one encoded message, both ways; a larger one is not sent, and ends the
 *     connection it comes on; 1 KiB to 1 GiB
 * @param queueBytesMax encoded and not yet taken by the kernel, for each peer; what is beyond is
 *     dropped; from messageBytesMax + 64
 * @param inboxBytesMax received and not yet taken by the inbox, for each peer; then nothing more is
 *     read from its socket, with at most one more message in memory; from 1 KiB
 * @param silence after which a peer of which nothing comes counts as disconnected; a sixth of it is
 *     the resolution, a third the distance of heartbeats; from 60 ms
 */
public record WireLimits(
    int messageBytesMax, long queueBytesMax, long inboxBytesMax, Duration silence) {
  /** 64 MiB a message, 96 MiB to send, 64 MiB received, 3 s of silence. */
  public static final WireLimits DEFAULTS =
      new WireLimits(64 << 20, 96L << 20, 64L << 20, Duration.ofSeconds(3));

  /** Frames of one message, so that few bytes never become many objects. */
  public static final int FRAMES_MAX = 1 << 16;

  /** Voters of one record. */
  public static final int VOTERS_MAX = 64;

  /** Epochs in the history of one record. */
  public static final int EPOCHS_MAX = 0xffff;

  /** What a packet costs beside its body, to be counted when many are small. */
  static final int PACKET_OVERHEAD = 64;

  static final int TICKS_OF_SILENCE = 6;

  private static final Duration HANDSHAKE_MIN = Duration.ofSeconds(2);

  public WireLimits {
    List<String> problems = new ArrayList<>();
    if (messageBytesMax < 1 << 10 || messageBytesMax > 1 << 30) {
      problems.add("messageBytesMax " + messageBytesMax + " is not within 1 KiB..1 GiB");
    }
    if (queueBytesMax < (long) messageBytesMax + PACKET_OVERHEAD) {
      problems.add("queueBytesMax " + queueBytesMax + " has no room for one message");
    }
    if (inboxBytesMax < 1 << 10) {
      problems.add("inboxBytesMax " + inboxBytesMax + " is below 1 KiB");
    }
    if (silence.toMillis() < 60) {
      problems.add("silence " + silence + " is below 60 ms");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** The first handshake of a process is slow, so it gets 2 s even if silence is shorter. */
  Duration handshake() {
    return silence.compareTo(HANDSHAKE_MIN) < 0 ? HANDSHAKE_MIN : silence;
  }

  Duration tick() {
    return silence.dividedBy(TICKS_OF_SILENCE);
  }
}
