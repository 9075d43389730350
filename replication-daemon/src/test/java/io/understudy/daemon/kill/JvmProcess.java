package io.understudy.daemon.kill;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A Java program on this test's class path in a process of its own, to be killed. */
public final class JvmProcess {
  private final Process process;
  private final Thread listener;

  private JvmProcess(Process process, Thread listener) {
    this.process = process;
    this.listener = listener;
  }

  /**
   * What runs.
   *
   * @param main its class
   * @param log where its errors are appended
   */
  public record Program(Class<?> main, List<String> arguments, Path log) {}

  /**
   * Starts it.
   *
   * @param lines takes what it prints, line by line
   */
  public static JvmProcess start(Program program, Consumer<String> lines) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                program.main().getName()));
    command.addAll(program.arguments());
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(program.log().toFile()))
            .start();
    return new JvmProcess(process, Thread.ofVirtual().start(() -> listen(process, lines)));
  }

  private static void listen(Process process, Consumer<String> lines) {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.accept(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a line to its input; nobody reads it if it has just ended. */
  public void tell(String line) {
    try {
      Writer input = process.outputWriter(StandardCharsets.UTF_8);
      input.write(line + "\n");
      input.flush();
    } catch (IOException e) {
      // It has ended; whoever waits for an answer has a bound.
    }
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** SIGKILL; what it printed before has arrived once this returns. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    listener.join();
  }

  /**
   * Sends a signal.
   *
   * @param name for example STOP or CONT
   */
  public void signal(String name) throws IOException, InterruptedException {
    int status = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    if (status != 0) {
      throw new IOException("kill -" + name + " ended with status " + status);
    }
  }
}
