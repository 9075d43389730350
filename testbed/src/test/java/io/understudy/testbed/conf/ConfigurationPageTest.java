package io.understudy.testbed.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.understudy.daemon.config.ConfigFile;
import io.understudy.model.config.InvalidConfigException;
import io.understudy.risk.config.RiskConfig;
import io.understudy.risk.config.YamlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/**
 * {@code docs/CONFIGURATION.md} against the programs. Its tables name every key that a reader knows
 * and no other; its block is a file in which every default is written out, so reading the block and
 * reading it without the defaults must give equal records.
 */
class ConfigurationPageTest {
  private static final String PAGE = Project.text("docs/CONFIGURATION.md");
  private static final String PROBE = "no-such-key";
  private static final Pattern UNKNOWN =
      Pattern.compile(
          ": (\\S*?)\\.?" + PROBE + ": unknown key; known here: (.*)$", Pattern.MULTILINE);

  /** Default by key as the tables have it: {@code required}, {@code none} or a value. */
  private static final Map<String, String> DOCUMENTED = documented();

  @TempDir Path folder;
  private String block = "";

  @BeforeEach
  void extractTheBlock() throws IOException {
    Path tokens = Files.writeString(folder.resolve("tokens"), "read 0123456789abcdef\n");
    block =
        PAGE.split("```yaml\n", -1)[1]
            .split("```", -1)[0]
            .replace("tokenFile: tokens", "tokenFile: " + tokens)
            .replace("keyFile: gateway.key", "keyFile: " + tokens)
            .replace("secretFile: receiver.keys", "secretFile: " + tokens);
  }

  @Test
  void everyKeyThatIsReadIsOnThePageAndNoOther() throws IOException {
    TreeSet<String> read = new TreeSet<>();
    Yaml complete =
        Yaml.parse(block.replaceAll("(?m)^( *)# (\\w+:)", "$1$2").replace("#   ", "  "));
    Path file = write(new Yaml(probed(complete)));
    collect(catchThrowable(() -> ConfigFile.read(file)), read);
    collect(catchThrowable(() -> RiskConfig.read(file.toString(), YamlFile.read(file))), read);
    read.removeIf(key ->
        read.stream()
            .anyMatch(other -> other.startsWith(key + ".") || other.startsWith(key + "[]")));
    assertThat(DOCUMENTED.keySet()).containsExactlyInAnyOrderElementsOf(read);
  }

  @Test
  void defaultsOnThePageAreTheDefaults() throws IOException {
    Path all = write(Yaml.parse(block));
    Path required = Files.createDirectory(folder.resolve("required")).resolve("understudy.yaml");
    Files.writeString(required, dump(pruned("", Yaml.parse(block))));
    assertThat(ConfigFile.read(required)).isEqualTo(ConfigFile.read(all));
    assertThat(RiskConfig.read("required", YamlFile.read(required)))
        .isEqualTo(RiskConfig.read("all", YamlFile.read(all)));
  }

  @Test
  void tablesAndBlockShowTheSameDefaults() {
    Map<String, String> inBlock = new TreeMap<>();
    flatten("", Yaml.parse(block), inBlock);
    DOCUMENTED.forEach((key, value) -> {
      if (value.equals("none")) {
        assertThat(inBlock).doesNotContainKey(key);
      } else if (value.equals("required")) {
        assertThat(inBlock).containsKey(key);
      } else {
        assertThat(inBlock).containsEntry(key, value);
      }
    });
  }

  @Test
  void everyVariableOfThePluginHostIsOnThePage() {
    String code =
        Project.text("gateway-plugin/src/main/java/io/understudy/gateway/Environment.java");
    assertThat(Project.matches(PAGE, "^\\| `([A-Z_]+)` \\|"))
        .containsExactlyInAnyOrderElementsOf(
            new TreeSet<>(Project.matches(code, "\"((?:APISIX|UNDERSTUDY)_[A-Z_]+)\"")));
  }

  private static Map<String, String> documented() {
    Map<String, String> keys = new TreeMap<>();
    for (List<String> row : Project.rows(PAGE)) {
      String key = row.getFirst().replace("`", "");
      if (key.matches("[a-z].*\\..*")) {
        keys.put(key, row.get(1).replace("`", ""));
      }
    }
    return keys;
  }

  private static void collect(Throwable refused, Set<String> keys) {
    assertThat(refused).isInstanceOf(InvalidConfigException.class);
    for (MatchResult match :
        UNKNOWN.matcher(String.valueOf(refused.getMessage())).results().toList()) {
      String section = match.group(1).replaceAll("\\[\\d+]", "[]");
      for (String key : match.group(2).split(", ", -1)) {
        keys.add(section.isEmpty() ? key : section + "." + key);
      }
    }
  }

  /**
   * The same with a key in every mapping that no reader knows, so that each tells what it knows.
   */
  private static Object probed(Yaml yaml) {
    if (yaml.value() instanceof Map<?, ?>) {
      Map<String, Object> probed = new LinkedHashMap<>();
      yaml.entries().forEach((key, value) -> probed.put(key, probed(value)));
      probed.put(PROBE, "");
      return probed;
    }
    if (yaml.value() instanceof List<?>) {
      return yaml.items().stream().map(ConfigurationPageTest::probed).toList();
    }
    return yaml.text();
  }

  /** The same without every value that the tables give as a default. */
  private static Object pruned(String path, Yaml yaml) {
    if (yaml.value() instanceof Map<?, ?>) {
      Map<String, Object> kept = new LinkedHashMap<>();
      yaml.entries()
          .forEach((key, value) -> {
            String full = path.isEmpty() ? key : path + "." + key;
            if (DOCUMENTED.getOrDefault(full, "required").equals("required")) {
              kept.put(key, pruned(full, value));
            }
          });
      return kept;
    }
    if (yaml.value() instanceof List<?>) {
      List<Object> items = new ArrayList<>();
      yaml.items().forEach(item -> items.add(pruned(path + "[]", item)));
      return items;
    }
    return yaml.text();
  }

  private static void flatten(String path, Yaml yaml, Map<String, String> values) {
    if (yaml.value() instanceof Map<?, ?>) {
      yaml.entries()
          .forEach((key, value) -> flatten(path.isEmpty() ? key : path + "." + key, value, values));
    } else if (!yaml.items().isEmpty() && yaml.items().getFirst().value() instanceof Map<?, ?>) {
      yaml.items().forEach(item -> flatten(path + "[]", item, values));
    } else {
      values.put(path, yaml.text());
    }
  }

  private Path write(Yaml yaml) throws IOException {
    return Files.writeString(
        folder.resolve("understudy.yaml"), dump(Objects.requireNonNull(yaml.value())));
  }

  private static String dump(Object value) {
    return new Dump(DumpSettings.builder().build()).dumpToString(value);
  }
}
