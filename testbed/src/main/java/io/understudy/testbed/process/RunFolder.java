package io.understudy.testbed.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of one run. Every process of the run has its working directory somewhere below {@link
 * #rooms()}: that is how it is found again, without any list that could be incomplete.
 *
 * @param root an existing folder that only its owner can enter
 */
public record RunFolder(Path root) {

  /** Makes a new folder below {@code parent} for one run. */
  public static RunFolder create(Path parent) throws IOException {
    Path root = Files.createTempDirectory(parent.toRealPath(), "understudy-");
    Files.createDirectory(root.resolve("logs"));
    Files.createDirectory(root.resolve("rooms"));
    return new RunFolder(root);
  }

  /** Stays after the run. */
  public Path logs() {
    return root.resolve("logs");
  }

  /** Is removed at the end of the run, and with it every process that lives in it. */
  public Path rooms() {
    return root.resolve("rooms");
  }

  /** A folder below {@link #rooms()}, made if it is not there yet. */
  public Path room(String name) throws IOException {
    return Files.createDirectories(rooms().resolve(name));
  }
}
