package io.understudy.daemon.control;

import io.understudy.model.Position;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * Control records as JSON files in a folder of a single daemon. The folder is locked for as long as
 * the store is open, so that two daemons can never decide from the same records.
 */
public final class FileControlStore implements ControlStore, AutoCloseable {
  private final Path folder;
  private final FileChannel lockFile;

  private FileControlStore(Path folder, FileChannel lockFile) {
    this.folder = folder;
    this.lockFile = lockFile;
  }

  /**
   * Opens the folder, creating it if needed.
   *
   * @throws IOException if another process holds it, or it cannot be written
   */
  public static FileControlStore open(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileChannel lockFile =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(lockFile).isEmpty()) {
      lockFile.close();
      throw new IOException("folder " + folder + " is in use by another daemon");
    }
    return new FileControlStore(folder, lockFile);
  }

  @Override
  public Optional<ControlRecord> read(String service) throws IOException {
    return look(folder, service);
  }

  /**
   * Reads a record without opening the folder, for a look beside a daemon that may run. Files are
   * replaced as a whole, so what is read was the record at that moment.
   *
   * @throws IOException if it cannot be read
   */
  public static Optional<ControlRecord> look(Path folder, String service) throws IOException {
    Path file = file(folder, service);
    try {
      return Optional.of(decode(service, new JsonObject(Files.readString(file))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (DecodeException | IllegalArgumentException | ClassCastException e) {
      throw new IOException(
          file + " is not a control record (" + e.getMessage() + "); restore it, never delete it",
          e);
    }
  }

  @Override
  public boolean compareAndSet(Optional<ControlRecord> expected, ControlRecord next)
      throws IOException {
    if (!read(next.service()).equals(expected)) {
      return false;
    }
    Path file = file(folder, next.service());
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    // Order is the rule: content durable, then the name, then the folder that holds the name.
    try (FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.write(ByteBuffer.wrap(encode(next).getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }

  private static Path file(Path folder, String service) {
    return folder.resolve(service + ".json");
  }

  private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    }
  }

  private static String encode(ControlRecord record) {
    return new JsonObject()
        .put("service", record.service())
        .put("epoch", record.epoch())
        .put("primary", record.primary())
        .put("cut", record.cut().toString())
        .put("voters", new JsonArray(record.voters()))
        .put("k", record.k())
        .encodePrettily();
  }

  private static ControlRecord decode(String service, JsonObject json) {
    List<String> voters =
        json.getJsonArray("voters", new JsonArray()).stream().map(String.class::cast).toList();
    if (!service.equals(json.getString("service"))) {
      throw new IllegalArgumentException("it is of service " + json.getString("service"));
    }
    return new ControlRecord(
        service,
        json.getLong("epoch", 0L),
        json.getString("primary", ""),
        Position.parse(json.getString("cut", "")),
        voters,
        json.getInteger("k", -1));
  }
}
