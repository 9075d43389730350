package io.understudy.gateway.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SocketFileTest {
  @TempDir Path folder;

  @Test
  void socketIsForItsOwnerAloneAndGoneAfterwards() throws IOException {
    Path socket;
    try (HostFixture host = new HostFixture(folder)) {
      socket = host.socket;
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
      assertThat(files()).containsExactly("runner.sock");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void socketThatSomebodyListensOnIsInUse() throws IOException {
    try (HostFixture first = new HostFixture(folder)) {
      assertThatThrownBy(() -> new HostFixture(folder))
          .isInstanceOf(SocketInUseException.class)
          .hasMessageContaining(first.socket.toString())
          .hasMessageContaining("in use, another plugin host listens on it")
          .hasMessageContaining("stop that one or choose another path");
      try (GatewayClient client = first.connect()) {
        assertThat(client.prepare("k", HostFixture.CONF)).isPositive();
      }
    }
  }

  @Test
  void socketThatAKilledHostLeftIsReplaced() throws IOException {
    Path socket = folder.resolve("runner.sock");
    try (ServerSocketChannel left =
        ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();

    try (HostFixture host = new HostFixture(folder);
        GatewayClient client = host.connect()) {
      assertThat(client.prepare("k", HostFixture.CONF)).isPositive();
    }
  }

  @Test
  void fileOfAnotherKindIsLeftAlone() throws IOException {
    Path file = Files.writeString(folder.resolve("runner.sock"), "precious");

    assertThatThrownBy(() -> new HostFixture(folder))
        .hasMessageContaining("there is a file of another kind; remove it");
    assertThat(file).hasContent("precious");
  }

  @Test
  void missingFolderIsNamed() {
    assertThatThrownBy(() -> new HostFixture(folder.resolve("absent")))
        .hasMessageContaining("its folder does not exist; create it with mode 0700");
  }

  @Test
  void socketOfASuccessorIsLeftAlone() throws IOException {
    HostFixture first = new HostFixture(folder);
    Files.delete(first.socket);
    try (HostFixture second = new HostFixture(folder)) {
      first.close();
      try (GatewayClient client = second.connect()) {
        assertThat(client.prepare("k", HostFixture.CONF)).isPositive();
      }
    }
  }

  private java.util.List<String> files() throws IOException {
    try (var list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).toList();
    }
  }
}
