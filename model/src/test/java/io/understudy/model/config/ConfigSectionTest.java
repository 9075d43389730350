package io.understudy.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.config.ConfigTree.Mapping;
import io.understudy.model.config.ConfigTree.Scalar;
import io.understudy.model.config.ConfigTree.Sequence;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigSectionTest {
  private final ConfigProblems problems = new ConfigProblems();

  @Test
  void valuesAreReadWithTheirUnits() {
    ConfigSection section =
        root(Map.of("wait", new Scalar(1, "250ms"), "port", new Scalar(2, "8080")));
    assertThat(section.duration("wait", Duration.ZERO)).isEqualTo(Duration.ofMillis(250));
    assertThat(section.integer("port", 1, 65_535)).isEqualTo(8080);
    assertThat(section.text("absent", "fallback")).isEqualTo("fallback");
    section.rejectUnknownKeys();
    assertThat(problems.isEmpty()).isTrue();
  }

  @Test
  void everyMistakeIsReportedWithLineAndKey() {
    ConfigSection section =
        root(
            Map.of(
                "wait", new Scalar(3, "soon"),
                "port", new Scalar(2, "99999"),
                "names", new Scalar(4, "one"),
                "prot", new Scalar(5, "8080"),
                "on", new Scalar(6, "yes")));
    section.duration("wait", Duration.ZERO);
    section.integer("port", 1, 65_535);
    section.texts("names");
    section.flag("on", false);
    section.text("host");
    section.rejectUnknownKeys();
    assertThatThrownBy(() -> problems.throwIfAny("c.yaml"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage(
            """
            c.yaml:1: host: missing
            c.yaml:2: port: '99999' is not a whole number in 1..65535
            c.yaml:3: wait: 'soon' is not a duration such as 250ms, 3s, 2m or 1h
            c.yaml:4: names: expected a list
            c.yaml:5: prot: unknown key; known here: wait, port, names, on, host
            c.yaml:6: on: 'yes' is not true or false\
            """);
  }

  @Test
  void keysOfNestedSectionsAreNamedInFull() {
    ConfigTree inner = new Mapping(7, Map.of("port", new Scalar(8, "x")));
    ConfigSection section = root(Map.of("endpoints", new Sequence(6, List.of(inner))));
    section.sections("endpoints").getFirst().integer("port", 1, 9);
    assertThat(problems.inFileOrder())
        .containsExactly(
            new ConfigProblems.Problem(
                8, "endpoints[0].port", "'x' is not a whole number in 1..9"));
  }

  private ConfigSection root(Map<String, ConfigTree> entries) {
    return ConfigSection.root(new Mapping(1, entries), problems);
  }
}
