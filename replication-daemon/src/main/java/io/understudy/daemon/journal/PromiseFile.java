package io.understudy.daemon.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The promises of one voter: for each epoch at most one, on disk before anybody hears of it.
 *
 * <p>One thread uses it. The file is text, for whoever has to look at it: {@code understudy-promise
 * 1 epoch=7 candidate=eu-b crc32c=1a2b3c4d}, with {@code epoch=0 candidate=-} before the first
 * promise. A missing or damaged file is an error, never "no promise": a voter that forgot its word
 * could give it twice.
 */
public final class PromiseFile implements Closeable {
  static final String NAME = "promise";

  private static final String LOCK = "promise.lock";
  private static final int BYTES_MAX = 256;
  private static final Pattern LINE =
      Pattern.compile(
          "(understudy-promise (\\d+) epoch=(\\d+) candidate=(\\S+)) crc32c=([0-9a-f]{8})\n");
  private static final String VERSION = "1";
  private static final String REMEDY =
      "; restore it, or remove this voter from the service and enrol it anew, but never delete the"
          + " file";

  private final Disk disk;
  private final Closeable lock;
  private Optional<Promise> last;
  private @Nullable JournalException failure;

  private PromiseFile(Disk disk, Closeable lock, Optional<Promise> last) {
    this.disk = disk;
    this.lock = lock;
    this.last = last;
  }

  /**
   * Makes a file without a promise, once in a voter's life.
   *
   * @throws JournalException if there is one already
   */
  public static void create(Path folder) throws IOException {
    create(LocalDisk.create(folder));
  }

  static void create(Disk disk) throws IOException {
    try (Closeable _ = disk.lock(LOCK)) {
      if (disk.list().contains(NAME)) {
        throw new JournalException("folder " + disk + " holds promises already");
      }
      write(disk, Optional.empty());
    }
  }

  /**
   * Opens the file; the folder is locked until it is closed.
   *
   * @throws JournalException if it is missing or damaged, or another process has it
   */
  public static PromiseFile open(Path folder) throws IOException {
    return open(new LocalDisk(folder));
  }

  static PromiseFile open(Disk disk) throws IOException {
    Closeable lock = disk.lock(LOCK);
    try {
      return new PromiseFile(disk, lock, read(disk));
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /** The last promise that was given. */
  public Optional<Promise> last() {
    return last;
  }

  /**
   * Gives a promise, unless it would break one: a second candidate in the same epoch, or an older
   * epoch. The same promise may be asked for again.
   *
   * @return whether it is given, and durable
   * @throws JournalException if it could not be made durable: nobody knows then whether it is
   *     given, and nothing more is promised until the file is opened again
   */
  public boolean promise(Promise asked) throws JournalException {
    if (failure != null) {
      throw new JournalException(String.valueOf(failure.getMessage()), failure);
    }
    if (last.isPresent() && last.get().epoch() >= asked.epoch()) {
      return last.get().equals(asked);
    }
    try {
      write(disk, Optional.of(asked));
    } catch (IOException e) {
      failure = new JournalException("promise in " + disk + " is not durable: start again", e);
      throw failure;
    }
    last = Optional.of(asked);
    return true;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }

  /** Order is the rule: content durable, then the name, then the folder that holds the name. */
  private static void write(Disk disk, Optional<Promise> promise) throws IOException {
    String draft = NAME + Journal.DRAFT;
    try (DiskFile file = disk.create(draft)) {
      file.writeFully(ByteBuffer.wrap(encode(promise).getBytes(StandardCharsets.US_ASCII)), 0);
      file.force();
    }
    disk.rename(draft, NAME);
    disk.force();
  }

  private static Optional<Promise> read(Disk disk) throws IOException {
    if (!disk.list().contains(NAME)) {
      throw new JournalException("folder " + disk + " holds no file '" + NAME + "'" + REMEDY);
    }
    ByteBuffer content = ByteBuffer.allocate(BYTES_MAX);
    try (DiskFile file = disk.open(NAME)) {
      file.readFully(content, 0);
      // The process that renamed it may have died before the folder was durable.
      file.force();
    }
    disk.force();
    return decode(disk, StandardCharsets.US_ASCII.decode(content).toString());
  }

  private static String encode(Optional<Promise> promise) {
    String line =
        "understudy-promise "
            + VERSION
            + promise
                .map(it -> " epoch=" + it.epoch() + " candidate=" + it.candidate())
                .orElse(" epoch=0 candidate=-");
    return line + " crc32c=" + crc(line) + "\n";
  }

  private static Optional<Promise> decode(Disk disk, String text) throws JournalException {
    Matcher line = LINE.matcher(text);
    if (!line.matches() || !line.group(5).equals(crc(line.group(1)))) {
      throw new JournalException("file '" + NAME + "' in " + disk + " is damaged" + REMEDY);
    }
    if (!line.group(2).equals(VERSION)) {
      throw new JournalException(
          "file '"
              + NAME
              + "' in "
              + disk
              + " has format version "
              + line.group(2)
              + "; this program reads version "
              + VERSION
              + ": run the program that wrote it");
    }
    long epoch = Long.parseLong(line.group(3));
    return epoch == 0 ? Optional.empty() : Optional.of(new Promise(epoch, line.group(4)));
  }

  private static String crc(String line) {
    CRC32C crc = new CRC32C();
    crc.update(line.getBytes(StandardCharsets.US_ASCII));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
