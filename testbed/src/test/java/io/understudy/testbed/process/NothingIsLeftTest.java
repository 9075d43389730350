package io.understudy.testbed.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However a run ends, no process and no folder of it is left, only its logs. */
@Timeout(90)
class NothingIsLeftTest {
  private static final int CHILDREN_MIN = 5;

  @TempDir Path parent;

  /** How a run can end. */
  enum Ending {
    NORMAL("normal", ""),
    FAILURE("failure", ""),
    INTERRUPT("wait", "INT"),
    TERMINATE("wait", "TERM"),
    KILL("wait", "KILL");

    final String behaviour;
    final String signal;

    Ending(String behaviour, String signal) {
      this.behaviour = behaviour;
      this.signal = signal;
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyLogsAreLeftAfter(Ending ending) throws Exception {
    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                RunThatEnds.class.getName(),
                parent.toString(),
                ending.behaviour)
            .redirectError(parent.resolve("stderr.txt").toFile())
            .start();
    try (BufferedReader lines = run.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      assertThat(line).as(() -> "stderr in " + parent.resolve("stderr.txt")).startsWith("ready ");
      RunFolder folder = new RunFolder(Path.of(line.substring("ready ".length())));
      Residents residents = new Residents(folder.rooms());
      if (!ending.signal.isEmpty()) {
        assertThat(residents.list()).hasSizeGreaterThan(CHILDREN_MIN);
        signal(run, ending.signal);
      }
      assertThat(run.waitFor(60, TimeUnit.SECONDS)).isTrue();
      new Patience(System::nanoTime, folder.logs())
          .await(
              "the reaper",
              Duration.ofSeconds(20),
              () -> residents.list().isEmpty() && Files.notExists(folder.rooms()));
      assertThat(folder.logs().resolve("postgres.log")).isNotEmptyFile();
    } finally {
      run.destroyForcibly();
    }
  }

  private static void signal(Process process, String name) throws Exception {
    List<String> kill = List.of("kill", "-" + name, Long.toString(process.pid()));
    assertThat(new ProcessBuilder(kill).start().waitFor()).isZero();
  }
}
