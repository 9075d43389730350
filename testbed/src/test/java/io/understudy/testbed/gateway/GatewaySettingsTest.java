package io.understudy.testbed.gateway;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testbed.command.InvalidOptionsException;
import io.understudy.testbed.command.Options;
import org.junit.jupiter.api.Test;

class GatewaySettingsTest {
  @Test
  void everyMistakeOfTheCommandLineIsReported() {
    String[] arguments = {"--listen", "here", "--admin-key-file", "/nowhere", "--retries", "1"};
    assertThatThrownBy(() -> GatewaySettings.parse(new Options(arguments)))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("--listen: 'here' is not of the form")
        .hasMessageContaining("--admin is missing")
        .hasMessageContaining("--admin-key-file: cannot read /nowhere")
        .hasMessageContaining("--runner-socket is missing")
        .hasMessageContaining("--retries is not known here");
  }
}
