package io.understudy.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.config.ConfigFile;
import io.understudy.daemon.config.DaemonConfig;
import io.understudy.daemon.endpoint.EndpointConfig;
import io.understudy.model.config.Topology;
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
          .containsExactly("shift " + secrets.shiftToken());
      Layout.Endpoint self = layout.endpoints().get(1);
      assertThat(ConfigText.endpoint(layout, self, parent.resolve("state"), secrets))
          .doesNotContain("${")
          .doesNotContain(Files.readString(secrets.endpointToken()))
          .contains("self: eu-b", "wire: \"127.0.0.1:" + self.wire());
      assertThat(Files.readAllLines(secrets.endpointTokens()))
          .containsExactly("promote " + Files.readString(secrets.endpointToken()));
    }
  }

  @Test
  void theDaemonsReadWhatIsWrittenForThem() throws Exception {
    RunFolder folder = RunFolder.create(parent);
    try (LoopbackPorts ports = new LoopbackPorts(new SplittableRandom())) {
      Layout layout = Layout.reserve(folder, ports);
      Secrets secrets = Secrets.write(folder.room("config"));
      Path common = parent.resolve("understudy.yaml");
      Files.writeString(common, ConfigText.understudy(layout, secrets));
      DaemonConfig config = ConfigFile.read(common);
      assertThat(config.endpoints()).isPresent();
      for (Layout.Endpoint self : layout.endpoints()) {
        Path own = parent.resolve(self.name() + ".yaml");
        Files.writeString(own, ConfigText.endpoint(layout, self, parent.resolve("state"), secrets));
        EndpointConfig read = EndpointConfig.read(own);
        assertThat(read.control()).isEqualTo(config.endpoints().orElseThrow().control());
        assertThat(read.api().orElseThrow().listen().toString())
            .isEqualTo(
                config
                    .topology()
                    .services()
                    .getFirst()
                    .endpoint(self.name())
                    .flatMap(Topology.Endpoint::daemon)
                    .orElseThrow()
                    .toString());
      }
    }
  }

  @Test
  void placeWithoutAValueIsNamed() {
    assertThatThrownBy(() -> ConfigText.fill("port: ${nobody.app}", Map.of()))
        .hasMessage("nothing is known for ${nobody.app}");
  }
}
