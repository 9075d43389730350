package io.understudy.testbed.bench;

import com.google.flatbuffers.FlatBufferBuilder;
import io.github.api7.A6.HTTPReqCall.Action;
import io.github.api7.A6.HTTPReqCall.Req;
import io.github.api7.A6.HTTPReqCall.Resp;
import io.github.api7.A6.HTTPReqCall.Rewrite;
import io.github.api7.A6.TextEntry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.understudy.gateway.host.FrameServer;
import io.understudy.gateway.host.HostSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What a host costs that decides nothing: the same socket, framing and answer size as the real one,
 * every field of the request decoded, a constant answer. The real host is held against it.
 */
public final class ConstantHost {
  private static final int HEADER_BYTES = 4;
  private static final int PREPARE_CONF = 1;
  private static final int REQUEST = 2;

  private ConstantHost() {}

  /** Listens on the socket whose path is the only argument. */
  public static void main(String[] args) throws IOException {
    Path socket = Path.of(args[0]);
    FrameServer server = FrameServer.start(HostSettings.at(socket), Connection::new);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server)));
    System.out.println("ready unix:" + socket);
  }

  private static void close(FrameServer server) {
    try {
      server.close();
    } catch (IOException e) {
      System.err.println("the socket could not be removed: " + e.getMessage());
    }
  }

  /** Everything that a request says. */
  record Decoded(
      long id,
      String method,
      String path,
      String address,
      Map<String, String> args,
      Map<String, String> headers) {

    static Decoded of(ByteBuffer body) {
      Req req = Req.getRootAsReq(body);
      StringBuilder address = new StringBuilder();
      for (int i = 0; i < req.srcIpLength(); i++) {
        address.append(i == 0 ? "" : ".").append(req.srcIp(i));
      }
      Map<String, String> args = new HashMap<>();
      for (int i = 0; i < req.argsLength(); i++) {
        TextEntry arg = req.args(i);
        args.put(arg.name(), arg.value());
      }
      Map<String, String> headers = new HashMap<>();
      for (int i = 0; i < req.headersLength(); i++) {
        TextEntry header = req.headers(i);
        headers.put(header.name(), header.value());
      }
      String method = io.github.api7.A6.Method.name(req.method());
      return new Decoded(req.id(), method, req.path(), address.toString(), args, headers);
    }
  }

  /** Answers every request alike. */
  @SuppressWarnings("FutureReturnValueIgnored") // A failed write closes the connection.
  private static final class Connection extends SimpleChannelInboundHandler<ByteBuf> {
    private final byte[] prepared = framed(PREPARE_CONF, prepared());
    private final byte[] rewrite = framed(REQUEST, rewrite());
    private final int idOffset = idOffset(rewrite);

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
      ByteBuffer body = frame.nioBuffer(HEADER_BYTES, frame.readableBytes() - HEADER_BYTES);
      if (frame.getByte(0) == PREPARE_CONF) {
        ctx.write(ctx.alloc().ioBuffer(prepared.length).writeBytes(prepared));
        return;
      }
      Decoded request = Decoded.of(body);
      ByteBuf answer = ctx.alloc().ioBuffer(rewrite.length).writeBytes(rewrite);
      answer.setIntLE(idOffset, (int) request.id());
      ctx.write(answer);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
    }
  }

  private static byte[] prepared() {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    builder.finish(io.github.api7.A6.PrepareConf.Resp.createResp(builder, 1));
    return builder.sizedByteArray();
  }

  /** As long as what the real host answers to a first touch. */
  private static byte[] rewrite() {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int header = entry(builder, BenchPlan.PLAN.decisionHeader(), BenchPlan.SHADOW);
    int cookie = entry(builder, "Set-Cookie", "us_b=1234; Path=/; HttpOnly; SameSite=Lax");
    int headers = Rewrite.createHeadersVector(builder, new int[] {header});
    int cookies = Rewrite.createRespHeadersVector(builder, new int[] {cookie});
    int rewrite = Rewrite.createRewrite(builder, 0, headers, 0, cookies);
    builder.finish(Resp.createResp(builder, 1, Action.Rewrite, rewrite));
    return builder.sizedByteArray();
  }

  private static int entry(FlatBufferBuilder builder, String name, String value) {
    return TextEntry.createTextEntry(
        builder, builder.createString(name), builder.createString(value));
  }

  private static byte[] framed(int type, byte[] body) {
    return ByteBuffer.allocate(HEADER_BYTES + body.length)
        .putInt(type << 24 | body.length)
        .put(body)
        .array();
  }

  /** Where the answer holds the request's id, the first field of its table. */
  private static int idOffset(byte[] frame) {
    ByteBuffer bytes = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    int root = HEADER_BYTES + bytes.getInt(HEADER_BYTES);
    int vtable = root - bytes.getInt(root);
    return root + bytes.getShort(vtable + 4);
  }
}
