package io.understudy.gateway.host;

import io.github.api7.A6.PrepareConf.Req;
import io.github.api7.A6.TextEntry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the gateway: each frame gets one answer, in order. A frame that cannot be
 * understood is answered with an error; where the stream itself cannot be trusted any more, the
 * connection is closed after it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write closes the connection.
final class Connection extends SimpleChannelInboundHandler<ByteBuf> {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /** Routes carry one entry per filter. */
  private static final int CONF_ENTRIES_MAX = 64;

  private final Answering host;
  private @Nullable Answers answers;

  Connection(Answering host) {
    this.host = host;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    answers = new Answers(ctx.alloc());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    host.counts().connected(1);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    host.counts().connected(-1);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
    FrameType type = FrameType.of(frame.getUnsignedByte(0));
    if (type == null) {
      refuseAndClose(ctx, "type " + frame.getUnsignedByte(0) + " is not in the protocol");
      return;
    }
    host.counts().frame(type);
    ByteBuffer body =
        frame.nioBuffer(FrameType.HEADER_BYTES, frame.readableBytes() - FrameType.HEADER_BYTES);
    ctx.write(answer(type, body));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
  }

  /** A gateway that sends but does not read must not fill our memory with answers. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    ctx.channel().config().setAutoRead(ctx.channel().isWritable());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    switch (cause) {
      case TooLongFrameException tooLong -> refuseAndClose(ctx, "it is longer than allowed");
      case ReadTimeoutException late ->
          refuseAndClose(ctx, "it was begun but not completed in time");
      case IOException reset -> ctx.close();
      default -> {
        log.error("connection: OPEN -> CLOSED; report this", cause);
        ctx.close();
      }
    }
  }

  private ByteBuf answer(FrameType type, ByteBuffer body) {
    try {
      return switch (type) {
        case PREPARE_CONF -> prepare(body);
        case REQUEST -> decide(body);
        case RESPONSE -> passResponse(body);
        // This host asks the gateway nothing, so these answer no question of ours.
        case ERROR, EXTRA_INFO -> error(ErrorCode.BAD_REQUEST);
      };
    } catch (MalformedFrameException e) {
      return error(ErrorCode.BAD_REQUEST);
    }
  }

  private ByteBuf prepare(ByteBuffer body) {
    Map<String, String> values = new HashMap<>();
    String key =
        RequestView.checked(() -> {
          Req req = Req.getRootAsReq(body);
          readConf(req, body.duplicate(), values);
          return text(req.keyInByteBuffer(body.duplicate()));
        });
    return answers().prepared(host.prepare(key, values));
  }

  private static void readConf(Req req, ByteBuffer scratch, Map<String, String> values) {
    int count = req.confLength();
    if (count > CONF_ENTRIES_MAX) {
      throw new MalformedFrameException("a conf of " + count + " entries");
    }
    TextEntry entry = new TextEntry();
    for (int i = 0; i < count; i++) {
      TextEntry conf = req.conf(entry, i);
      values.put(text(conf.nameInByteBuffer(scratch)), text(conf.valueInByteBuffer(scratch)));
    }
  }

  private static String text(@Nullable ByteBuffer bytes) {
    return bytes == null ? "" : FlatText.decode(bytes);
  }

  private ByteBuf decide(ByteBuffer body) {
    long start = host.nanos();
    RequestView request = RequestView.of(body);
    PreparedConf conf = host.conf(request.getConfToken());
    if (conf == null) {
      return error(ErrorCode.TOKEN_NOT_FOUND);
    }
    RewriteAnswer answer = new RewriteAnswer(request.getRequestId());
    request.initCtx(answer, conf.values());
    if (!host.filter(request, answer)) {
      return error(ErrorCode.SERVICE_UNAVAILABLE);
    }
    host.counts().answered(host.nanos() - start);
    return answer.changesNothing()
        ? answers().unchanged(request.getRequestId())
        : answers().rewrite(request.getRequestId(), answer);
  }

  private ByteBuf passResponse(ByteBuffer body) {
    var req = RequestView.checked(() -> io.github.api7.A6.HTTPRespCall.Req.getRootAsReq(body));
    long token = RequestView.checked(req::confToken);
    return host.conf(token) == null
        ? error(ErrorCode.TOKEN_NOT_FOUND)
        : answers().responseUnchanged(RequestView.checked(req::id));
  }

  private ByteBuf error(ErrorCode code) {
    host.counts().error(code);
    return answers().error(code);
  }

  private void refuseAndClose(ChannelHandlerContext ctx, String why) {
    log.warn("connection: OPEN -> CLOSED cause=a frame was refused: {}", why);
    ctx.writeAndFlush(error(ErrorCode.BAD_REQUEST)).addListener(ChannelFutureListener.CLOSE);
  }

  private Answers answers() {
    Answers present = answers;
    if (present == null) {
      throw new IllegalStateException("the connection is not in a pipeline yet");
    }
    return present;
  }
}
