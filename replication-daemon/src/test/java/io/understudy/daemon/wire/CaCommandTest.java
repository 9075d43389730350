package io.understudy.daemon.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CaCommandTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir Path folder;

  private List<String> run(String... endpoints) throws Exception {
    List<String> said = new ArrayList<>();
    new CaCommand(folder, List.of(endpoints)).run(CLOCK, said::add);
    return said;
  }

  private X509Certificate read(String name) throws Exception {
    Path file = folder.resolve(name + ".crt");
    return Pem.certificates(file, Files.readString(file)).getFirst();
  }

  @Test
  void makesAnAuthorityAndAPairOfFilesForEachEndpoint() throws Exception {
    Instant now = CLOCK.instant().truncatedTo(ChronoUnit.SECONDS);
    assertThat(run("eu-a", "us-a")).hasSize(3).allMatch(line -> line.startsWith("created "));
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .containsExactlyInAnyOrder(
              "ca.crt", "ca.key", "eu-a.crt", "eu-a.key", "us-a.crt", "us-a.key");
    }
    for (String name : List.of("ca", "eu-a", "us-a")) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(folder.resolve(name + ".key"))))
          .isEqualTo("rw-------");
    }
    X509Certificate endpoint = read("eu-a");
    endpoint.verify(read("ca").getPublicKey());
    assertThat(PeerNames.of(endpoint)).containsExactly("eu-a");
    assertThat(endpoint.getPublicKey().toString()).contains("secp256r1");
    assertThat(endpoint.getSigAlgName()).isEqualTo("SHA256withECDSA");
    assertThat(endpoint.getBasicConstraints()).isEqualTo(-1);
    assertThat(endpoint.getExtendedKeyUsage())
        .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(read("ca").getBasicConstraints()).isZero();
    Instant begin = endpoint.getNotBefore().toInstant();
    assertThat(begin).isBetween(now.minusSeconds(3600), now.minusSeconds(3500));
    assertThat(Duration.between(begin, endpoint.getNotAfter().toInstant()))
        .isEqualTo(Duration.ofDays(397));
  }

  @Test
  void addsWhatIsMissingAndKeepsWhatIsThere() throws Exception {
    run("eu-a");
    byte[] authority = Files.readAllBytes(folder.resolve("ca.key"));
    byte[] endpoint = Files.readAllBytes(folder.resolve("eu-a.key"));
    assertThat(run("eu-a", "eu-b"))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("kept    ").endsWith("ca.crt"),
            line -> assertThat(line).startsWith("kept    ").endsWith("eu-a.crt"),
            line -> assertThat(line).startsWith("created ").contains("eu-b.crt"));
    assertThat(folder.resolve("ca.key")).hasBinaryContent(authority);
    assertThat(folder.resolve("eu-a.key")).hasBinaryContent(endpoint);
    read("eu-b").verify(read("ca").getPublicKey());
  }

  @Test
  void refusesHalfAPairAndAnEndpointWithoutItsAuthority() throws Exception {
    run("eu-a");
    Files.delete(folder.resolve("ca.key"));
    assertThatThrownBy(() -> run("eu-b"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ca.key is missing");
    Files.delete(folder.resolve("ca.crt"));
    assertThatThrownBy(() -> run("eu-a"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not the authority that issued it");
  }

  @Test
  void saysEverythingThatIsWrongWithItsArguments() {
    assertThatThrownBy(() -> CaCommand.parse(List.of("--out", "x")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage("usage: understudy ca --out DIR NAME...");
    assertThatThrownBy(() -> CaCommand.parse(List.of("--out", "x", "EU-A", "ca", "../x")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("'EU-A' is not a name")
        .hasMessageContaining("'ca' is the authority's own name")
        .hasMessageContaining("'../x' is not a name");
    assertThat(CaCommand.parse(List.of("--out", "x", "eu-a", "eu-a")))
        .isEqualTo(new CaCommand(Path.of("x"), List.of("eu-a")));
  }
}
