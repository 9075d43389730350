package io.understudy.testbed.gateway.runner;

import com.google.flatbuffers.FlatBufferBuilder;
import io.github.api7.A6.Err.Code;
import io.github.api7.A6.ExtraInfo.Info;
import io.github.api7.A6.ExtraInfo.Var;
import io.github.api7.A6.HTTPReqCall.Action;
import io.github.api7.A6.HTTPReqCall.Rewrite;
import io.github.api7.A6.HTTPReqCall.Stop;
import io.github.api7.A6.Method;
import io.github.api7.A6.TextEntry;
import io.netty.util.NetUtil;
import io.understudy.testbed.gateway.runner.RunnerAnswer.Proceed;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Frames of the ext-plugin protocol to and from what they mean (schema: A6 0.6.0). */
final class A6 {
  private static final int INITIAL_BYTES = 1024;

  private A6() {}

  static Frame prepareConf(RunnerQuestion question) {
    FlatBufferBuilder builder = new FlatBufferBuilder(INITIAL_BYTES);
    int conf =
        io.github.api7.A6.PrepareConf.Req.createConfVector(
            builder, entries(builder, question.conf()));
    int key = builder.createString(question.confKey());
    builder.finish(io.github.api7.A6.PrepareConf.Req.createReq(builder, conf, key));
    return Frame.of(Frame.Type.PREPARE_CONF, builder.sizedByteArray());
  }

  static long confToken(Frame frame) {
    return switch (frame.type()) {
      case Frame.Type.PREPARE_CONF ->
          io.github.api7.A6.PrepareConf.Resp.getRootAsResp(bytes(frame)).confToken();
      default -> throw unexpected("PrepareConf", frame);
    };
  }

  static Frame call(long id, long token, RunnerQuestion question) {
    FlatBufferBuilder builder = new FlatBufferBuilder(INITIAL_BYTES);
    int source =
        io.github.api7.A6.HTTPReqCall.Req.createSrcIpVector(
            builder, NetUtil.createByteArrayFromIpAddressString(question.sourceAddress()));
    int path = builder.createString(question.path());
    int args =
        io.github.api7.A6.HTTPReqCall.Req.createArgsVector(
            builder, entries(builder, question.args()));
    int headers =
        io.github.api7.A6.HTTPReqCall.Req.createHeadersVector(
            builder, entries(builder, question.headers()));
    builder.finish(
        io.github.api7.A6.HTTPReqCall.Req.createReq(
            builder, id, source, method(question.method()), path, args, headers, token));
    return Frame.of(Frame.Type.HTTP_REQ_CALL, builder.sizedByteArray());
  }

  /** The answer to a call; empty when the runner does not know the token. */
  static @Nullable RunnerAnswer answer(long id, Frame frame) {
    if (frame.type() == Frame.Type.ERROR) {
      int code = io.github.api7.A6.Err.Resp.getRootAsResp(bytes(frame)).code();
      if (code == Code.CONF_TOKEN_NOT_FOUND) {
        return null;
      }
      throw new RunnerUnavailableException("the runner answered error " + code);
    }
    if (frame.type() != Frame.Type.HTTP_REQ_CALL) {
      throw unexpected("HTTPReqCall", frame);
    }
    io.github.api7.A6.HTTPReqCall.Resp answer =
        io.github.api7.A6.HTTPReqCall.Resp.getRootAsResp(bytes(frame));
    if (answer.id() != id) {
      throw new RunnerUnavailableException(
          "the runner answered call " + answer.id() + " instead of " + id);
    }
    return switch (answer.actionType()) {
      case Action.NONE -> new Proceed();
      case Action.Stop -> stop((Stop) answer.action(new Stop()));
      case Action.Rewrite -> rewrite((Rewrite) answer.action(new Rewrite()));
      default ->
          throw new RunnerUnavailableException(
              "the runner answered with unknown action " + answer.actionType());
    };
  }

  /** Answers the runner's question about a request. */
  static Frame extraAnswer(Frame frame, RunnerQuestion question) {
    var asked = io.github.api7.A6.ExtraInfo.Req.getRootAsReq(bytes(frame));
    byte[] result =
        switch (asked.infoType()) {
          case Info.Var -> variable(question, ((Var) asked.info(new Var())).name());
          case Info.ReqBody -> question.body().getBytes();
          default -> new byte[0];
        };
    FlatBufferBuilder builder = new FlatBufferBuilder(INITIAL_BYTES);
    int vector = io.github.api7.A6.ExtraInfo.Resp.createResultVector(builder, result);
    builder.finish(io.github.api7.A6.ExtraInfo.Resp.createResp(builder, vector));
    return Frame.of(Frame.Type.EXTRA_INFO, builder.sizedByteArray());
  }

  private static byte[] variable(RunnerQuestion question, String name) {
    String value = question.variables().value(name);
    return value == null ? new byte[0] : Buffer.buffer(value).getBytes();
  }

  private static RunnerAnswer stop(Stop stop) {
    byte[] body = new byte[stop.bodyLength()];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) stop.body(i);
    }
    int status = stop.status() == 0 ? 200 : stop.status();
    return new RunnerAnswer.Stop(
        status, texts(stop.headersLength(), stop::headers), Buffer.buffer(body));
  }

  private static RunnerAnswer rewrite(Rewrite rewrite) {
    return new RunnerAnswer.Rewrite(
        rewrite.path(),
        texts(rewrite.headersLength(), rewrite::headers),
        texts(rewrite.argsLength(), rewrite::args),
        texts(rewrite.respHeadersLength(), rewrite::respHeaders));
  }

  private static List<Text> texts(int length, IntFunction<TextEntry> at) {
    List<Text> texts = new ArrayList<>(length);
    for (int i = 0; i < length; i++) {
      TextEntry entry = at.apply(i);
      texts.add(new Text(entry.name(), entry.value()));
    }
    return List.copyOf(texts);
  }

  private static int[] entries(FlatBufferBuilder builder, List<Text> texts) {
    return texts.stream()
        .mapToInt(text -> {
          int name = builder.createString(text.name());
          if (text.value() == null) {
            TextEntry.startTextEntry(builder);
            TextEntry.addName(builder, name);
            return TextEntry.endTextEntry(builder);
          }
          return TextEntry.createTextEntry(builder, name, builder.createString(text.value()));
        })
        .toArray();
  }

  private static int method(String name) {
    int index = Arrays.asList(Method.names).indexOf(name);
    if (index < 0) {
      throw new RunnerUnavailableException("the protocol has no method " + name);
    }
    return index;
  }

  private static ByteBuffer bytes(Frame frame) {
    return ByteBuffer.wrap(frame.body().getBytes());
  }

  private static RunnerUnavailableException unexpected(String asked, Frame frame) {
    return new RunnerUnavailableException(
        "the runner answered " + asked + " with a frame of type " + frame.type());
  }
}
