package io.understudy.testbed.gateway.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.api7.A6.HTTPReqCall.Req;
import io.github.api7.A6.Method;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Our frames beside those that a real Apache APISIX 3.18.0 and the stock runner exchanged. */
class A6Test {
  private static final String KEY = "route#rec1#ext-plugin-pre-req#858";

  @Test
  void ourCallsSayWhatTheRecordedCallsSay() throws IOException {
    List<Frame> calls = recorded("gateway").filter(frame -> frame.type() == 2).toList();
    assertThat(calls).hasSizeGreaterThan(15);
    for (Frame call : calls) {
      Req theirs = request(call);
      RunnerQuestion question = question(theirs);
      Frame encoded = A6.call(theirs.id(), theirs.confToken(), question);
      Req ours = request(encoded);
      assertThat(ours.id()).isEqualTo(theirs.id());
      assertThat(ours.confToken()).isEqualTo(theirs.confToken());
      assertThat(ours.srcIpAsByteBuffer()).isEqualTo(theirs.srcIpAsByteBuffer());
      assertThat(question(ours))
          .usingRecursiveComparison()
          .ignoringFields("variables")
          .isEqualTo(question);
      assertThat(encoded.encoded().getBytes(4, 4 + encoded.body().length()))
          .isEqualTo(encoded.body().getBytes());
    }
  }

  @Test
  void theRecordedAnswersAreUnderstood() throws IOException {
    List<RunnerAnswer> answers =
        recorded("runner")
            .filter(frame -> frame.type() == 2)
            .map(frame -> Objects.requireNonNull(A6.answer(id(frame), frame)))
            .toList();
    assertThat(answers).hasAtLeastOneElementOfType(RunnerAnswer.Proceed.class);
    assertThat(answers)
        .filteredOn(RunnerAnswer.Stop.class::isInstance)
        .containsExactly(
            new RunnerAnswer.Stop(
                429, List.of(new Text("X-Stopped-By", "java")), Buffer.buffer("stopped\n")));
    assertThat(answers)
        .filteredOn(RunnerAnswer.Rewrite.class::isInstance)
        .extracting(answer -> ((RunnerAnswer.Rewrite) answer).headers())
        .allMatch(headers -> headers.toString().contains("X-Shadow-Target"))
        .hasSize(2);
  }

  @Test
  void theRecordedTokensAreUnderstood() throws IOException {
    assertThat(recorded("runner").filter(frame -> frame.type() == 1).map(A6::confToken).distinct())
        .contains(0x3e0551b3L)
        .allMatch(token -> token > 0 && token <= 0xffffffffL);
  }

  @Test
  void anUnknownTokenIsToldApartFromOtherErrors() throws IOException {
    List<Frame> errors = recorded("runner").filter(frame -> frame.type() == 0).toList();
    assertThat(errors).hasSize(2);
    assertThatThrownBy(() -> A6.answer(1, errors.getFirst()))
        .isInstanceOf(RunnerUnavailableException.class)
        .hasMessageContaining("error 1");
    assertThat(A6.answer(1, errors.getLast())).isNull();
  }

  @Test
  void anAnswerToAnotherCallIsRefused() throws IOException {
    Frame answer = recorded("runner").filter(frame -> frame.type() == 2).toList().getFirst();
    assertThatThrownBy(() -> A6.answer(77, answer))
        .isInstanceOf(RunnerUnavailableException.class)
        .hasMessageContaining("instead of 77");
  }

  private static long id(Frame frame) {
    return io.github.api7.A6.HTTPReqCall.Resp.getRootAsResp(
            ByteBuffer.wrap(frame.body().getBytes()))
        .id();
  }

  private static Req request(Frame frame) {
    return Req.getRootAsReq(ByteBuffer.wrap(frame.body().getBytes()));
  }

  private static RunnerQuestion question(Req call) {
    List<Text> args = new ArrayList<>();
    for (int i = 0; i < call.argsLength(); i++) {
      args.add(new Text(call.args(i).name(), call.args(i).value()));
    }
    List<Text> headers = new ArrayList<>();
    for (int i = 0; i < call.headersLength(); i++) {
      headers.add(new Text(call.headers(i).name(), call.headers(i).value()));
    }
    return new RunnerQuestion(
        KEY,
        List.of(),
        "127.0.0.1",
        Method.names[call.method()],
        call.path(),
        args,
        headers,
        name -> null,
        Buffer.buffer());
  }

  private static Stream<Frame> recorded(String from) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(A6Test.class.getResourceAsStream("/apisix-frames.jsonl")),
                StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(JsonObject::new)
          .filter(line -> from.equals(line.getString("from")))
          .map(line -> {
            byte[] bytes = Base64.getDecoder().decode(line.getString("frame"));
            return new Frame(
                line.getInteger("type"), Buffer.buffer(bytes).getBuffer(4, bytes.length));
          })
          .toList()
          .stream();
    }
  }
}
