package io.understudy.testbed.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code docker/compose.yaml} tells the programs on their command lines and in their
 * environment, told to the real programs together with one deliberate mistake. They report all
 * mistakes at once, so that one must be the only one.
 */
@Timeout(120)
class CommandLinesTest {
  private static final Yaml SERVICES = Yaml.read("docker/compose.yaml").at("services");

  @TempDir Path folder;

  @Test
  void applicationsKnowEveryOptionTheyAreGiven() throws IOException, InterruptedException {
    Path secrets = Project.makeSecrets(folder);
    List<String> arguments = new ArrayList<>(SERVICES.at("app-eu-a", "command").names());
    arguments.replaceAll(argument -> argument.replace("/run/secrets", secrets.toString()));
    arguments.addAll(List.of("--no-such-option", "1"));
    Project.Ended ended = java(main("sample-application"), arguments, Map.of());
    assertThat(ended.output().strip()).isEqualTo("--no-such-option is not known here");
    assertThat(ended.status()).isEqualTo(2);
  }

  @Test
  void applicationsDifferInNameAndDatabaseOnly() {
    for (String name : List.of("eu-b", "us-a")) {
      assertThat(SERVICES.at("app-" + name, "command").names())
          .isEqualTo(
              SERVICES.at("app-eu-a", "command").names().stream()
                  .map(argument -> argument.replace("eu-a", name))
                  .toList());
    }
  }

  @Test
  void pluginHostReadsEveryVariableItIsGiven() throws IOException, InterruptedException {
    Map<String, String> variables = new HashMap<>();
    SERVICES
        .at("gateway-plugin", "environment")
        .entries()
        .forEach((name, value) -> variables.put(name, value.text()));
    String code =
        Project.text("gateway-plugin/src/main/java/io/understudy/gateway/Environment.java");
    assertThat(variables.keySet()).allMatch(name -> code.contains("\"" + name + "\""));
    variables.put("UNDERSTUDY_FRAME_BYTES_MAX", "1");
    Project.Ended ended = java(main("gateway-plugin"), List.of(), variables);
    assertThat(Project.matches(ended.output(), "^([A-Z_]+): "))
        .containsExactly("UNDERSTUDY_FRAME_BYTES_MAX");
    assertThat(ended.status()).isEqualTo(2);
  }

  @Test
  void daemonAndRiskServiceAreGivenTheFileThatIsMounted() {
    for (String name : List.of("replication-daemon", "risk-service")) {
      List<String> command = SERVICES.at(name, "command").names();
      assertThat(command).hasSize(1);
      assertThat(SERVICES.at(name, "volumes").names())
          .contains("./understudy.yaml:" + command.getFirst() + ":ro");
    }
  }

  /** The class that a target of the Dockerfile starts. */
  private static String main(String target) {
    String stage =
        Project.text("docker/Dockerfile")
            .split("FROM runtime AS " + target + "\n", -1)[1]
            .split("\nFROM ", -1)[0];
    return Project.matches(stage, "^ENTRYPOINT \\[.*\"(io\\.understudy\\.[a-zA-Z.]+)\"]$")
        .getFirst();
  }

  private static Project.Ended java(
      String main, List<String> arguments, Map<String, String> variables)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                main));
    command.addAll(arguments);
    ProcessBuilder program = new ProcessBuilder(command);
    program.environment().putAll(variables);
    return Project.run(program);
  }
}
