package io.understudy.testbed.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The pages point to what exists. */
class PagesTest {
  private static final List<String> PAGES =
      List.of(
          "README.md",
          "CONTRIBUTING.md",
          "docs/ADMIN-API.md",
          "docs/ARCHITECTURE.md",
          "docs/CONFIGURATION.md",
          "docs/DEPENDENCIES.md",
          "docs/JOURNAL.md",
          "docs/OPERATIONS.md",
          "docs/PROTOCOL.md",
          "docs/WIRE.md",
          "docker/README.md",
          "gateway-conf/apisix/README.md");
  private static final List<String> MODULES =
      List.of("model", "gateway-plugin", "risk-service", "replication-daemon", "testbed");

  @Test
  void everyLinkLeadsToAFile() {
    for (String page : PAGES) {
      for (String link : Project.matches(Project.text(page), "]\\(([^)#:]+)(?:#[^)]*)?\\)")) {
        Path target = Project.file(page).resolveSibling(link);
        assertThat(Files.exists(target)).as("%s -> %s", page, link).isTrue();
      }
    }
  }

  @Test
  void everyFileThatIsNamedExists() {
    for (String page : PAGES) {
      String pattern =
          "`((?:docker|docs|gateway-conf|testbed|model|replication-daemon|risk-service|gateway-plugin)/[^`"
              + " *{]+)`";
      for (String path : Project.matches(Project.text(page), pattern)) {
        if (path.equals("docker/secrets")) {
          continue; // Made by the user, and ignored by git.
        }
        assertThat(Files.exists(Project.file(path))).as("%s names %s", page, path).isTrue();
      }
    }
  }

  @Test
  void everyDependencyIsExplained() {
    TreeSet<String> used = new TreeSet<>();
    for (String module : MODULES) {
      used.addAll(
          Project.matches(
              Project.text(module + "/pom.xml"),
              "<groupId>(?!io\\.understudy|org\\.apache\\.maven)[^<]+</groupId>\\s*<artifactId>([^<]+)"));
    }
    String page = Project.text("docs/DEPENDENCIES.md");
    assertThat(used).isNotEmpty().allMatch(artifact -> page.contains("`" + artifact + "`"));
  }

  @Test
  void everyTestThatArchitectureNamesExists() {
    for (String path :
        Project.matches(Project.text("docs/ARCHITECTURE.md"), "`([a-z-]+/src/test/[^`]+)`")) {
      assertThat(Project.file(path)).exists();
    }
  }
}
