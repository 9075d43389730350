package io.understudy.gateway.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.api7.A6.Err.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every frame that a real gateway sent, over a real socket. */
@Timeout(60)
class RecordedFramesTest {
  private static final int REQUEST_TOKEN = 16;
  private static final int RESPONSE_TOKEN = 10;

  @TempDir Path folder;

  @Test
  void eachFrameGetsOneAnswerOfItsTypeAndId() throws IOException {
    Map<Integer, Integer> answered = new TreeMap<>();
    try (HostFixture host = new HostFixture(folder);
        GatewayClient client = host.connect()) {
      long token = 0;
      for (byte[] recorded : frames()) {
        switch (recorded[0]) {
          case 1 -> token = prepared(client.ask(recorded));
          case 2 -> {
            byte[] frame = Frames.withToken(recorded, REQUEST_TOKEN, token);
            GatewayClient.Answer answer = client.ask(frame);
            assertThat(answer.type()).isEqualTo(2);
            assertThat(answer.requestId()).isEqualTo(requestId(recorded));
            assertThat(answer.changesNothing()).as("no plan is known").isTrue();
          }
          case 3 -> {
            // The recorded runner had asked for variables; ours never does.
            GatewayClient.Answer answer = client.ask(recorded);
            assertThat(answer.type()).isZero();
            assertThat(answer.errorCode()).isEqualTo(Code.BAD_REQUEST);
          }
          default -> {
            byte[] frame = Frames.withToken(recorded, RESPONSE_TOKEN, token);
            GatewayClient.Answer answer = client.ask(frame);
            assertThat(answer.type()).isEqualTo(4);
            assertThat(answer.responseId()).isEqualTo(responseId(recorded));
          }
        }
        answered.merge((int) recorded[0], 1, Integer::sum);
      }
      assertThat(client.ask(Frames.prepare("last", Map.of())).type())
          .as("no answer was left over")
          .isEqualTo(1);
    }
    assertThat(answered).isEqualTo(Map.of(1, 6, 2, 18, 3, 6, 4, 1));
  }

  @Test
  void tokenFromBeforeARestartIsNotFound() throws IOException {
    try (HostFixture host = new HostFixture(folder);
        GatewayClient client = host.connect()) {
      for (byte[] recorded : frames()) {
        if (recorded[0] == 2 || recorded[0] == 4) {
          GatewayClient.Answer answer = client.ask(recorded);
          assertThat(answer.type()).isZero();
          assertThat(answer.errorCode()).isEqualTo(Code.CONF_TOKEN_NOT_FOUND);
        }
      }
      assertThat(
              host.registry.getSampleValue(
                  "understudy_frame_errors_total",
                  new String[] {"cause"},
                  new String[] {"token-not-found"}))
          .isEqualTo(19);
    }
  }

  private static long prepared(GatewayClient.Answer answer) {
    assertThat(answer.type()).isEqualTo(1);
    assertThat(answer.token()).isPositive();
    return answer.token();
  }

  private static long requestId(byte[] recorded) {
    return io.github.api7.A6.HTTPReqCall.Req.getRootAsReq(body(recorded)).id();
  }

  private static long responseId(byte[] recorded) {
    return io.github.api7.A6.HTTPRespCall.Req.getRootAsReq(body(recorded)).id();
  }

  private static ByteBuffer body(byte[] frame) {
    return ByteBuffer.wrap(frame, 4, frame.length - 4).slice();
  }

  /** What the gateway sent, in order. */
  static List<byte[]> frames() throws IOException {
    try (InputStream in = RecordedFramesTest.class.getResourceAsStream("/frames.jsonl")) {
      assertThat(in).isNotNull();
      List<byte[]> frames = new ArrayList<>();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
        Map<String, String> fields = fields(line);
        if ("gateway".equals(fields.get("from"))) {
          frames.add(Base64.getDecoder().decode(fields.getOrDefault("frame", "")));
        }
      }
      return frames;
    }
  }

  private static Map<String, String> fields(String line) throws IOException {
    Map<String, String> fields = new TreeMap<>();
    try (JsonParser json = new JsonFactory().createParser(line)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        fields.put(name, json.getText());
      }
    }
    return fields;
  }
}
