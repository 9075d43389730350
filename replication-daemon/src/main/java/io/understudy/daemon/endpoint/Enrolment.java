package io.understudy.daemon.endpoint;

import io.understudy.daemon.journal.Journal;
import io.understudy.daemon.journal.PromiseFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes a new endpoint's folder. It is there as a whole or not at all: half of one would look like
 * an endpoint that lost its promises, which nobody may start.
 */
final class Enrolment {
  private Enrolment() {}

  /**
   * Makes the folder, durably.
   *
   * @throws FileAlreadyExistsException if it is there already
   * @throws IOException if it cannot be made
   */
  static void make(Path folder) throws IOException {
    if (Files.exists(folder)) {
      throw new FileAlreadyExistsException(
          folder.toString(), null, "a folder that is there is never taken for a new endpoint's");
    }
    Path parent = Files.createDirectories(folder.toAbsolutePath().resolveSibling("."));
    Path draft = folder.resolveSibling(folder.getFileName() + ".draft");
    clear(draft);
    Journal.create(draft);
    PromiseFile.create(draft);
    Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel name = FileChannel.open(parent, StandardOpenOption.READ)) {
      name.force(true);
    }
  }

  /** A process that was killed here left it. */
  private static void clear(Path draft) throws IOException {
    if (Files.notExists(draft)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> found = Files.list(draft)) {
      files = found.toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
    Files.delete(draft);
  }
}
