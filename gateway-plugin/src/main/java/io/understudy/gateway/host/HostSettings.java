package io.understudy.gateway.host;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Set;

/**
 * How the host listens and what it bounds.
 *
 * @param socket path of the Unix socket
 * @param mode permissions of the socket file
 * @param frameBytesMax longest body of a frame, bytes, at most {@link #FRAME_BYTES_LIMIT}
 * @param frameSecondsMax time within which a frame that has begun must be complete
 * @param connectionsMax connections served at once; one more is closed
 * @param confsMax configurations remembered; the oldest goes first
 * @param confExpiry how long a configuration is remembered after the gateway sent it
 */
public record HostSettings(
    Path socket,
    Set<PosixFilePermission> mode,
    int frameBytesMax,
    Duration frameSecondsMax,
    int connectionsMax,
    int confsMax,
    Duration confExpiry) {

  /** What three bytes of length can say. */
  public static final int FRAME_BYTES_LIMIT = (1 << 24) - 1;

  public HostSettings {
    mode = Set.copyOf(mode);
    if (frameBytesMax < 1024 || frameBytesMax > FRAME_BYTES_LIMIT) {
      throw new IllegalArgumentException(
          "frame bound " + frameBytesMax + " is not in 1024.." + FRAME_BYTES_LIMIT + " bytes");
    }
    if (connectionsMax < 1 || confsMax < 1) {
      throw new IllegalArgumentException(
          "connections " + connectionsMax + " and confs " + confsMax + " must be positive");
    }
  }

  /** For the owner alone, with bounds that suit one gateway on the same machine. */
  public static HostSettings at(Path socket) {
    return new HostSettings(
        socket,
        Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE),
        1 << 20,
        Duration.ofSeconds(5),
        1024,
        4096,
        Duration.ofHours(1));
  }
}
