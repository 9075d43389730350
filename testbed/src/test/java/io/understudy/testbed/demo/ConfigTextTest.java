package io.understudy.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testbed.process.LoopbackPorts;
import io.understudy.testbed.process.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTextTest {
  @TempDir Path parent;

  @Test
  void everyPlaceIsFilledAndSecretsAreNotInIt() throws Exception {
    RunFolder folder = RunFolder.create(parent);
    try (LoopbackPorts ports = new LoopbackPorts(new SplittableRandom())) {
      Layout layout = Layout.reserve(folder, ports);
      Secrets secrets = Secrets.write(folder.room("config"));

      String text = ConfigText.understudy(layout, secrets);

      assertThat(text)
          .doesNotContain("${")
          .doesNotContain(secrets.shiftToken())
          .contains("port: " + layout.endpoints().get(2).database());
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets.daemonTokens())))
          .isEqualTo("rw-------");
      assertThat(Files.readAllLines(secrets.daemonTokens()))
          .containsExactly(
              "read " + Files.readString(secrets.readToken()), "shift " + secrets.shiftToken());
    }
  }

  @Test
  void placeWithoutAValueIsNamed() {
    assertThatThrownBy(() -> ConfigText.fill("port: ${nobody.app}", Map.of()))
        .hasMessage("nothing is known for ${nobody.app}");
  }
}
