package io.understudy.testbed.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A data directory that is made once per run and then copied for each server: a copy takes a tenth
 * of the time of {@code initdb}.
 */
public final class PostgresTemplate {
  private static final long STEP_SECONDS = 60;

  private final PostgresBinaries binaries;
  private final Path directory;

  private PostgresTemplate(PostgresBinaries binaries, Path directory) {
    this.binaries = binaries;
    this.directory = directory;
  }

  /**
   * Makes the template; the servers trust everyone on loopback.
   *
   * @param room folder of its own, not that of an endpoint
   */
  public static PostgresTemplate make(Path room) throws IOException, InterruptedException {
    PostgresBinaries binaries =
        PostgresBinaries.unpack(Files.createDirectories(room.resolve("programs")));
    PostgresTemplate template = new PostgresTemplate(binaries, room.resolve("template"));
    List<String> options =
        List.of(
            "-D",
            template.directory.toString(),
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C");
    template.step("initdb", options);
    return template;
  }

  /**
   * Copies the template to {@code data} and describes its server.
   *
   * @param data does not exist yet
   */
  public PostgresServer server(String name, Path data, int port) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files.forEach(from -> copy(from, data.resolve(directory.relativize(from).toString())));
    }
    return new PostgresServer(name, data, port, binaries);
  }

  /** Describes a server whose data directory is there already. */
  public PostgresServer existing(String name, Path data, int port) {
    return new PostgresServer(name, data, port, binaries);
  }

  private static void copy(Path from, Path to) {
    try {
      Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void step(String program, List<String> options) throws IOException, InterruptedException {
    Path out = directory.resolveSibling(program + ".log");
    Process process =
        new ProcessBuilder(binaries.command(program, options))
            .directory(binaries.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    if (!process.waitFor(STEP_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(program + " did not end within " + STEP_SECONDS + " s");
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          program + " ended with status " + process.exitValue() + ":\n" + Files.readString(out));
    }
  }
}
