package io.understudy.testbed.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildTest {
  @TempDir Path parent;

  private RunFolder folder;
  private ProcessFamily family;
  private Patience patience;

  @BeforeEach
  void gather() throws IOException {
    folder = RunFolder.create(parent);
    family = ProcessFamily.gather(folder);
    patience = new Patience(System::nanoTime, folder.logs());
  }

  @AfterEach
  void close() throws IOException {
    family.close();
  }

  @Test
  void readyLineIsGivenAndEverythingPrintedIsLogged() throws Exception {
    Child child = shell("echo starting >&2; echo ready on 1234; exec sleep 100");

    assertThat(child.awaitReady(patience, Duration.ofSeconds(10))).isEqualTo("ready on 1234");
    assertThat(Files.readString(child.log())).contains("starting").contains("ready on 1234");
    assertThat(child.exitStatus()).isEmpty();
  }

  @Test
  void endBeforeReadyNamesProcessStatusAndLog() throws Exception {
    Child child = shell("echo port 80 is in use >&2; exit 2");

    assertThatThrownBy(() -> child.awaitReady(patience, Duration.ofSeconds(10)))
        .isInstanceOf(EndedEarlyException.class)
        .hasMessage("child ended with status 2 before it was ready; see " + child.log());
    assertThat(family.ended()).containsExactly(child);
  }

  @Test
  void waitInVainNamesWhatWasAwaitedAndTheLogs() throws Exception {
    Child child = shell("exec sleep 100");

    assertThatThrownBy(() -> child.awaitReady(patience, Duration.ofMillis(200)))
        .isInstanceOf(WaitedInVainException.class)
        .hasMessageContaining("child to be ready")
        .hasMessageContaining(folder.logs().toString());
  }

  @Test
  void stopKillsWhoIgnoresSigterm() throws Exception {
    Child child = shell("trap '' TERM; echo ready; while :; do sleep 0.1; done");
    child.awaitReady(patience, Duration.ofSeconds(10));

    child.stop(Duration.ofMillis(200));

    assertThat(child.exitStatus()).hasValue(128 + 9);
  }

  @Test
  void nothingStartsOutsideTheRooms() {
    assertThatThrownBy(() -> family.start(new Program("stray", parent, List.of("true"), Map.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("outside the run's rooms");
  }

  @Test
  void nothingStartsAfterTheEnd() throws Exception {
    family.close();

    assertThatThrownBy(() -> shell("true")).isInstanceOf(IllegalStateException.class);
  }

  private Child shell(String script) throws IOException {
    return family.start(
        new Program("child", folder.room("child"), List.of("sh", "-c", script), Map.of()));
  }
}
