package io.understudy.testbed.gateway.runner;

import com.google.flatbuffers.FlatBufferBuilder;
import io.github.api7.A6.Err.Code;
import io.github.api7.A6.ExtraInfo.Info;
import io.github.api7.A6.ExtraInfo.Var;
import io.github.api7.A6.HTTPReqCall.Action;
import io.github.api7.A6.HTTPReqCall.Req;
import io.github.api7.A6.HTTPReqCall.Rewrite;
import io.github.api7.A6.HTTPReqCall.Stop;
import io.github.api7.A6.Method;
import io.github.api7.A6.TextEntry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A plugin runner on a real Unix socket that does what a test tells it. */
public final class ScriptedRunner implements AutoCloseable {
  /** What it does with a call. */
  public enum Behaviour {
    PROCEED,
    REWRITE,
    STOP,
    ASK_BACK,
    ERROR,
    HANG_UP,
    SILENCE
  }

  /** A call as it came over the wire. */
  public record Call(
      String method, String path, List<Text> args, List<Text> headers, String sourceAddress) {}

  public volatile Behaviour behaviour = Behaviour.PROCEED;
  public volatile Map<String, String> requestHeaders = Map.of();
  public volatile Map<String, String> responseHeaders = Map.of();
  public volatile Map<String, String> args = Map.of();
  public volatile String path = "";

  public final List<Call> calls = new CopyOnWriteArrayList<>();
  public final List<String> answersToQuestions = new CopyOnWriteArrayList<>();
  public final AtomicInteger prepared = new AtomicInteger();
  public final AtomicInteger connected = new AtomicInteger();

  private final Set<Long> tokens = ConcurrentHashMap.newKeySet();
  private final AtomicLong nextToken = new AtomicLong(0xfffffff0L);
  private final NetServer server;

  public ScriptedRunner(Vertx vertx, String socketPath) {
    server = vertx.createNetServer().connectHandler(socket -> new Session(socket).start());
    server.listen(SocketAddress.domainSocketAddress(socketPath)).await();
  }

  /** As if it had been restarted. */
  public void forgetTokens() {
    tokens.clear();
  }

  @Override
  public void close() {
    server.close().await();
  }

  private final class Session {
    private final NetSocket socket;
    private Buffer received = Buffer.buffer();
    private long openCall;

    Session(NetSocket socket) {
      this.socket = socket;
    }

    void start() {
      connected.incrementAndGet();
      socket.handler(bytes -> {
        received.appendBuffer(bytes);
        while (received.length() >= 4 && received.length() >= 4 + received.getUnsignedMedium(1)) {
          int end = 4 + received.getUnsignedMedium(1);
          take(received.getUnsignedByte(0), received.getBytes(4, end));
          received = received.getBuffer(end, received.length());
        }
      });
    }

    private void take(int type, byte[] body) {
      ByteBuffer bytes = ByteBuffer.wrap(body);
      switch (type) {
        case 1 -> prepare();
        case 2 -> call(Req.getRootAsReq(bytes));
        case 3 -> {
          var answer = io.github.api7.A6.ExtraInfo.Resp.getRootAsResp(bytes);
          answersToQuestions.add(
              answer.resultLength() == 0 ? "" : text(answer.resultAsByteBuffer()));
          send(2, rewrite(openCall));
        }
        default -> throw new IllegalStateException("frame of type " + type);
      }
    }

    /** Twice, like the stock runner. */
    private void prepare() {
      prepared.incrementAndGet();
      long token = nextToken.getAndIncrement() & 0xffffffffL;
      tokens.add(token);
      FlatBufferBuilder builder = new FlatBufferBuilder();
      builder.finish(io.github.api7.A6.PrepareConf.Resp.createResp(builder, token));
      send(1, builder.sizedByteArray());
      send(1, builder.sizedByteArray());
    }

    private void call(Req call) {
      if (!tokens.contains(call.confToken())) {
        send(0, error(Code.CONF_TOKEN_NOT_FOUND));
        return;
      }
      calls.add(recorded(call));
      openCall = call.id();
      switch (behaviour) {
        case PROCEED -> send(2, answer(openCall, Action.NONE, new FlatBufferBuilder(), 0));
        case REWRITE -> send(2, rewrite(openCall));
        case STOP -> send(2, stop(openCall));
        case ASK_BACK -> send(3, question("http_x_user_id"));
        case ERROR -> send(0, error(Code.SERVICE_UNAVAILABLE));
        case HANG_UP -> socket.close();
        case SILENCE -> {}
      }
    }

    private void send(int type, byte[] body) {
      socket.write(
          Buffer.buffer()
              .appendUnsignedByte((short) type)
              .appendMedium(body.length)
              .appendBytes(body));
    }
  }

  private static Call recorded(Req call) {
    List<Text> args = new ArrayList<>();
    for (int i = 0; i < call.argsLength(); i++) {
      args.add(new Text(call.args(i).name(), call.args(i).value()));
    }
    List<Text> headers = new ArrayList<>();
    for (int i = 0; i < call.headersLength(); i++) {
      headers.add(new Text(call.headers(i).name(), call.headers(i).value()));
    }
    StringBuilder source = new StringBuilder();
    for (int i = 0; i < call.srcIpLength(); i++) {
      source.append(i == 0 ? "" : ".").append(call.srcIp(i));
    }
    return new Call(Method.names[call.method()], call.path(), args, headers, source.toString());
  }

  private byte[] rewrite(long id) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int newPath = path.isEmpty() ? 0 : builder.createString(path);
    int headers = Rewrite.createHeadersVector(builder, entries(builder, requestHeaders));
    int newArgs = Rewrite.createArgsVector(builder, entries(builder, args));
    int answers = Rewrite.createRespHeadersVector(builder, entries(builder, responseHeaders));
    Rewrite.startRewrite(builder);
    if (newPath != 0) {
      Rewrite.addPath(builder, newPath);
    }
    Rewrite.addHeaders(builder, headers);
    Rewrite.addArgs(builder, newArgs);
    Rewrite.addRespHeaders(builder, answers);
    return answer(id, Action.Rewrite, builder, Rewrite.endRewrite(builder));
  }

  private static byte[] stop(long id) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int body = Stop.createBodyVector(builder, Buffer.buffer("stopped").getBytes());
    int headers =
        Stop.createHeadersVector(builder, entries(builder, Map.of("X-Stopped-By", "test")));
    return answer(id, Action.Stop, builder, Stop.createStop(builder, 429, headers, body));
  }

  private static byte[] answer(long id, byte type, FlatBufferBuilder builder, int action) {
    builder.finish(io.github.api7.A6.HTTPReqCall.Resp.createResp(builder, id, type, action));
    return builder.sizedByteArray();
  }

  private static byte[] question(String variable) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int info = Var.createVar(builder, builder.createString(variable));
    builder.finish(io.github.api7.A6.ExtraInfo.Req.createReq(builder, Info.Var, info));
    return builder.sizedByteArray();
  }

  private static byte[] error(int code) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    builder.finish(io.github.api7.A6.Err.Resp.createResp(builder, code));
    return builder.sizedByteArray();
  }

  /** An empty value stands for "take it away". */
  private static int[] entries(FlatBufferBuilder builder, Map<String, String> texts) {
    return texts.entrySet().stream()
        .mapToInt(text -> {
          int name = builder.createString(text.getKey());
          int value = text.getValue().isEmpty() ? 0 : builder.createString(text.getValue());
          TextEntry.startTextEntry(builder);
          TextEntry.addName(builder, name);
          if (value != 0) {
            TextEntry.addValue(builder, value);
          }
          return TextEntry.endTextEntry(builder);
        })
        .toArray();
  }

  private static String text(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return Buffer.buffer(copy).toString();
  }
}
