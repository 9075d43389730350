package io.understudy.daemon.control;

import io.understudy.daemon.protocol.EpochRecord;
import io.vertx.core.json.DecodeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Epoch records as JSON files in a folder that all daemons of this machine share: for trials and
 * tests. It is as available, and as durable, as this one disk; the folder must be on a file system
 * whose locks exclude all daemons.
 */
public final class FileEpochStore implements EpochStore {
  // A file's lock excludes other processes; inside one process it is an error to ask twice.
  private static final Map<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

  private final Path folder;
  private final ReentrantLock here;

  private FileEpochStore(Path folder, ReentrantLock here) {
    this.folder = folder;
    this.here = here;
  }

  /**
   * Opens the folder, creating it if needed.
   *
   * @throws IOException if it cannot be made
   */
  public static FileEpochStore open(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path real = folder.toRealPath();
    return new FileEpochStore(real, HERE.computeIfAbsent(real, _ -> new ReentrantLock()));
  }

  @Override
  public Optional<EpochRecord> read(String service) throws IOException {
    Path file = file(service);
    try {
      // A writer replaces the file as a whole, so that no lock is needed to read it.
      return Optional.of(EpochRecordJson.decode(service, Files.readString(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (DecodeException
        | IllegalArgumentException
        | ClassCastException
        | NullPointerException e) {
      throw new IOException(
          file + " is not an epoch record (" + e.getMessage() + "); restore it, never delete it",
          e);
    }
  }

  @Override
  public EpochRecord found(String service, EpochRecord first) throws IOException {
    return change(service, there -> there == null ? first : there);
  }

  @Override
  public EpochRecord compareAndSet(String service, EpochRecord expected, EpochRecord next)
      throws IOException {
    return change(
        service,
        there -> {
          if (there == null) {
            throw new IllegalStateException("service " + service + " has no record yet");
          }
          return there.equals(expected) ? next : there;
        });
  }

  private EpochRecord change(String service, UnaryOperator<@Nullable EpochRecord> change)
      throws IOException {
    here.lock();
    try (FileChannel lockFile =
            FileChannel.open(
                folder.resolve("epochs.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock _ = lockFile.lock()) {
      EpochRecord there = read(service).orElse(null);
      EpochRecord next = change.apply(there);
      if (next == null) {
        throw new IllegalStateException("a change never takes a record away");
      }
      if (!next.equals(there)) {
        write(service, next);
      }
      return next;
    } finally {
      here.unlock();
    }
  }

  /** Order is the rule: content durable, then the name, then the folder that holds the name. */
  private void write(String service, EpochRecord next) throws IOException {
    Path file = file(service);
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    try (FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer text =
          ByteBuffer.wrap(EpochRecordJson.encode(service, next).getBytes(StandardCharsets.UTF_8));
      while (text.hasRemaining()) {
        channel.write(text);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private Path file(String service) {
    return folder.resolve(service + ".epoch.json");
  }
}
