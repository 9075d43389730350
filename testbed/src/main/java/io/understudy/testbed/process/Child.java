package io.understudy.testbed.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A running child process; what it prints goes to one log file. */
public final class Child {
  private final Program program;
  private final Path log;
  private final Process process;
  private final CompletableFuture<String> readyLine = new CompletableFuture<>();

  private Child(Program program, Path log, Process process) {
    this.program = program;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts a program in its own session, so that a Ctrl-C in the terminal reaches only us, who then
   * end it in order.
   */
  static Child start(Program program, Path logs) throws IOException {
    Path log = logs.resolve(program.name() + ".log");
    ProcessBuilder builder = new ProcessBuilder("setsid");
    builder.command().addAll(program.command());
    builder.directory(program.folder().toFile());
    builder.environment().putAll(program.environment());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Child child = new Child(program, log, builder.start());
    child.process.getOutputStream().close();
    // Reading from a pipe holds on to the carrier of a virtual thread, and there are few of them.
    Thread.ofPlatform().daemon().name("stdout-" + program.name()).start(child::pumpOutput);
    return child;
  }

  public String name() {
    return program.name();
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  public Path log() {
    return log;
  }

  /** The exit status, once it has ended; 128 + n after signal n. */
  public OptionalInt exitStatus() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  /**
   * Returns the line {@code ready ...} that it prints once it serves.
   *
   * @throws WaitedInVainException if it has not done so within {@code bound}
   * @throws EndedEarlyException if it ended before
   */
  public String awaitReady(Patience patience, Duration bound) {
    patience.await(name() + " to be ready", bound, () -> readyLine.isDone() || !process.isAlive());
    try {
      // The pump may still be reading the last lines of a process that has just ended.
      return readyLine.get(1, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new EndedEarlyException(name(), process.exitValue(), log);
    }
  }

  /** SIGTERM; the caller awaits the end. */
  void terminate() {
    process.destroy();
  }

  /** Waits for its end, at most {@code bound}, and says whether it came. */
  boolean awaitEnd(Duration bound) throws InterruptedException {
    return process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** SIGTERM, then SIGKILL after {@code grace}. */
  public void stop(Duration grace) throws InterruptedException {
    terminate();
    if (!awaitEnd(grace)) {
      process.destroyForcibly().waitFor();
    }
  }

  private void pumpOutput() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        Writer out =
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        out.write(line + "\n");
        out.flush();
        if (line.startsWith("ready")) {
          readyLine.complete(line);
        }
      }
    } catch (IOException e) {
      readyLine.completeExceptionally(new UncheckedIOException(e));
    }
  }
}
