package io.understudy.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class DemoOptionsTest {
  @Test
  void nothingSaidMeansTheFullDegradation() {
    assertThat(parse()).isEqualTo(new DemoOptions(Scenario.DEGRADE, false, 1, false, Set.of()));
  }

  @Test
  void everythingCanBeSaid() {
    assertThat(
            parse(
                "--json",
                "--seed",
                "-3",
                "--fast",
                "--scenario",
                "crash",
                "--without",
                "risk",
                "--without",
                "plugin"))
        .isEqualTo(new DemoOptions(Scenario.CRASH, true, -3, true, Set.of("risk", "plugin")));
  }

  @Test
  void mistakesAreNamed() {
    assertThatThrownBy(() -> parse("--slow")).hasMessage("unknown option '--slow'");
    assertThatThrownBy(() -> parse("--seed")).hasMessage("--seed needs a value");
    assertThatThrownBy(() -> parse("--seed", "x")).hasMessage("--seed is a whole number, not 'x'");
    assertThatThrownBy(() -> parse("--scenario", "flood"))
        .hasMessage("--scenario is degrade or crash, not 'flood'");
    assertThatThrownBy(() -> parse("--without", "daemon"))
        .hasMessage("--without is risk or plugin, not 'daemon'");
  }

  private static DemoOptions parse(String... arguments) {
    return DemoOptions.parse(arguments);
  }
}
