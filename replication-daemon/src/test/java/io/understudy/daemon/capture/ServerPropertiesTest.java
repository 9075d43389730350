package io.understudy.daemon.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** {@code docker/debezium-server/application.properties} and the receiver fit together. */
class ServerPropertiesTest {
  static final Path FILE = Path.of("../docker/debezium-server/application.properties");
  private static final String SOURCE = "debezium.source.";
  private static final String HTTP = "debezium.sink.http.";

  private static Map<String, String> server() throws Exception {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(FILE)) {
      properties.load(reader);
    }
    Map<String, String> map = new TreeMap<>();
    properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
    return map;
  }

  @Test
  void theConnectorReadsAsTheEmbeddedEngineDoes() throws Exception {
    Properties embedded =
        new DebeziumSettings(
                "orders",
                1,
                new DebeziumSettings.Address("h", 1, "d", "u", Optional.empty()),
                "slot",
                "publication",
                _ -> false,
                Optional::empty)
            .properties();
    Map<String, String> server = server();
    for (String name : embedded.stringPropertyNames()) {
      String value = server.get(SOURCE + name);
      boolean own =
          value == null
              ? name.equals("name")
                  || name.startsWith("logical_decoding_message")
                  || name.startsWith("task.management")
              : value.startsWith("${") || name.equals("topic.prefix");
      if (!own) {
        assertThat(value).as(name).isEqualTo(embedded.getProperty(name));
      }
    }
  }

  @Test
  void theSinkPostsWhatTheReceiverTakes() throws Exception {
    Map<String, String> server = server();
    assertThat(server.get(HTTP + "url")).endsWith(ReceiverEndpoint.PATH);
    assertThat(server)
        .containsEntry(HTTP + "batch.enabled", "true")
        .containsEntry(HTTP + "authentication.type", "standard-webhooks")
        .containsEntry(HTTP + "retries", Integer.toString(Integer.MAX_VALUE))
        .containsEntry("debezium.format.value.schemas.enable", "true")
        .containsEntry("debezium.format.value.replace.null.with.default", "false")
        .containsEntry("debezium.transforms.key.fields", "newkey");
    assertThat(Long.parseLong(server.get(HTTP + "timeout.ms")))
        .isGreaterThan(ReceiverSettings.Bounds.DEFAULT.answerMax().toMillis());
  }
}
