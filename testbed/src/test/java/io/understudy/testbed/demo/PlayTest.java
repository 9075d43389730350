package io.understudy.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testbed.process.LoopbackPorts;
import io.understudy.testbed.process.RunFolder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole story with real HTTP, against a service and a daemon that live in this JVM. */
@Timeout(90)
class PlayTest {
  private static final Timing SHORT =
      new Timing(
          Duration.ofSeconds(2),
          Duration.ofSeconds(3),
          Duration.ofSeconds(8),
          Duration.ofSeconds(20),
          Duration.ofSeconds(30),
          Duration.ofSeconds(20),
          Duration.ofSeconds(5),
          1);

  @TempDir Path parent;

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  /** CI runs the demonstration itself too. */
  @Tag("long")
  @Test
  void degradeThatKeepsEveryPromiseIsGood() throws Exception {
    Play.Ending ending = perform(Scenario.DEGRADE, Misdeed.NONE);

    assertThat(ending.broken()).isEmpty();
    Figures figures = ending.figures();
    assertThat(figures.acknowledgedWrites()).isGreaterThan(1_000);
    assertThat(figures.alarmLeadSeconds().getAsDouble()).isPositive();
    assertThat(figures.usersServedByShadowBeforeKill()).isGreaterThanOrEqualTo(110);
    assertThat(figures.takeoverMillis().getAsLong()).isBetween(500L, 3_000L);
    assertThat(figures.failedWrites()).isPositive();
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .contains("--- healthy ---")
        .contains("shift: Calm")
        .contains("SIGKILL to all 7 processes of eu-a")
        .doesNotContain("\033");
  }

  @Test
  void crashThatLosesAnAcknowledgedOrderIsBad() throws Exception {
    Play.Ending ending = perform(Scenario.CRASH, Misdeed.LOSES_AN_ORDER);

    assertThat(ending.figures().lostAcknowledgedWrites()).isEqualTo(1);
    assertThat(ending.broken())
        .hasSize(2)
        .anyMatch(text -> text.startsWith("LOST_WRITE: user "))
        .anyMatch(text -> text.equals("1 acknowledged writes were lost, expected none"));
  }

  @Tag("long")
  @Test
  void crashThatServesUnshiftedUsersFromTheShadowIsBad() throws Exception {
    Play.Ending ending = perform(Scenario.CRASH, Misdeed.SHIFTS_WITHOUT_A_PLAN);

    assertThat(ending.broken()).anyMatch(text -> text.startsWith("FLIPPED_USER: user "));
  }

  private Play.Ending perform(Scenario scenario, Misdeed misdeed) throws Exception {
    RunFolder folder = RunFolder.create(parent);
    RunClock clock = new RunClock(System::nanoTime, InstantSource.system());
    try (LoopbackPorts ports = new LoopbackPorts(new SplittableRandom())) {
      Layout layout = Layout.reserve(folder, ports);
      ports.release();
      try (InMemoryStage stage = InMemoryStage.open(layout, misdeed)) {
        Screen screen = new Screen(new PrintStream(shown, true, StandardCharsets.UTF_8), false);
        DemoOptions options = new DemoOptions(scenario, true, 7, true, Set.of());
        return new Play(options, SHORT, layout, stage, clock, screen)
            .perform(new DaemonClient(layout.daemon(), InMemoryStage.TOKEN));
      }
    }
  }
}
