package io.understudy.gateway.host;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The socket's place in the file system. The host binds beside it, sets the mode and then moves the
 * socket in place, so that nobody ever sees it with a wider mode, and a stale file is replaced
 * without a moment of absence.
 */
final class SocketFile {
  private static final int TYPE_MASK = 0170000;
  private static final int TYPE_SOCKET = 0140000;

  private final Path path;
  private @Nullable Object fileKey;

  private SocketFile(Path path) {
    this.path = path;
  }

  /**
   * Makes sure that the path is free or stale.
   *
   * @throws SocketInUseException if something else is there or somebody listens on it
   */
  static SocketFile claim(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new SocketInUseException(
          "socket " + path + ": its folder does not exist; create it with mode 0700");
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      requireStale(path);
    }
    SocketFile file = new SocketFile(path);
    Files.deleteIfExists(file.bindPath());
    return file;
  }

  /** Where to bind; {@link #publish} moves it in place. */
  Path bindPath() {
    return path.resolveSibling(path.getFileName() + ".new");
  }

  void publish(Set<PosixFilePermission> mode) throws IOException {
    Files.setPosixFilePermissions(bindPath(), mode);
    fileKey = key(bindPath());
    Files.move(bindPath(), path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes the socket unless another host has put its own there meanwhile. */
  void remove() throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && Objects.equals(fileKey, key(path))) {
      Files.delete(path);
    }
  }

  private static void requireStale(Path path) throws IOException {
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & TYPE_MASK) != TYPE_SOCKET) {
      throw new SocketInUseException(
          "socket " + path + ": there is a file of another kind; remove it or choose another path");
    }
    if (somebodyListens(path)) {
      throw new SocketInUseException(
          "socket "
              + path
              + ": in use, another plugin host listens on it; stop that one or choose another path");
    }
  }

  private static boolean somebodyListens(Path path) throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // A listener whose backlog is full must not hold us up; it listens all the same.
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException refused) {
      return false;
    }
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }
}
