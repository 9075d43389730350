package io.understudy.gateway.host;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the stream into frames. A frame that is too long is refused from its header alone, one that
 * has begun must end in time; idle connections between frames may stay for ever.
 */
final class FrameDecoder extends LengthFieldBasedFrameDecoder {
  private static final int LENGTH_OFFSET = 1;
  private static final int LENGTH_BYTES = 3;

  private final Duration frameSecondsMax;
  private boolean completed;
  private @Nullable Future<?> deadline;

  FrameDecoder(int frameBytesMax, Duration frameSecondsMax) {
    super(frameBytesMax + FrameType.HEADER_BYTES, LENGTH_OFFSET, LENGTH_BYTES);
    this.frameSecondsMax = frameSecondsMax;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    completed = false;
    super.channelRead(ctx, message);
    boolean partial = actualReadableBytes() > 0;
    if (completed || !partial) {
      stopDeadline();
    }
    if (partial && deadline == null) {
      deadline =
          ctx.executor()
              .schedule(
                  () -> ctx.fireExceptionCaught(ReadTimeoutException.INSTANCE),
                  frameSecondsMax.toMillis(),
                  TimeUnit.MILLISECONDS);
    }
  }

  @Override
  protected @Nullable Object decode(ChannelHandlerContext ctx, ByteBuf in) throws Exception {
    Object frame = super.decode(ctx, in);
    completed |= frame != null;
    return frame;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    stopDeadline();
    super.channelInactive(ctx);
  }

  private void stopDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
