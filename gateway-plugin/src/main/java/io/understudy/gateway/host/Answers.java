package io.understudy.gateway.host;

import com.google.flatbuffers.FlatBufferBuilder;
import io.github.api7.A6.HTTPReqCall.Action;
import io.github.api7.A6.HTTPReqCall.Rewrite;
import io.github.api7.A6.TextEntry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.List;

/** Writes answers; one per connection, because it reuses its builder. */
final class Answers {
  private static final int NONE = 0;

  private final FlatBufferBuilder builder = new FlatBufferBuilder(512);
  private final ByteBufAllocator allocator;

  Answers(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  ByteBuf error(ErrorCode code) {
    builder.clear();
    return frame(FrameType.ERROR, io.github.api7.A6.Err.Resp.createResp(builder, code.number()));
  }

  ByteBuf prepared(long token) {
    builder.clear();
    return frame(
        FrameType.PREPARE_CONF, io.github.api7.A6.PrepareConf.Resp.createResp(builder, token));
  }

  ByteBuf unchanged(long requestId) {
    builder.clear();
    return frame(
        FrameType.REQUEST,
        io.github.api7.A6.HTTPReqCall.Resp.createResp(builder, requestId, Action.NONE, NONE));
  }

  ByteBuf rewrite(long requestId, RewriteAnswer answer) {
    builder.clear();
    int headers =
        answer.requestHeaders().isEmpty()
            ? NONE
            : Rewrite.createHeadersVector(builder, entries(answer.requestHeaders()));
    int clientHeaders =
        answer.clientHeaders().isEmpty()
            ? NONE
            : Rewrite.createRespHeadersVector(builder, entries(answer.clientHeaders()));
    int rewrite = Rewrite.createRewrite(builder, NONE, headers, NONE, clientHeaders);
    return frame(
        FrameType.REQUEST,
        io.github.api7.A6.HTTPReqCall.Resp.createResp(builder, requestId, Action.Rewrite, rewrite));
  }

  /** The answer to an upstream's response: leave it as it is. */
  ByteBuf responseUnchanged(long requestId) {
    builder.clear();
    return frame(
        FrameType.RESPONSE,
        io.github.api7.A6.HTTPRespCall.Resp.createResp(builder, requestId, NONE, NONE, NONE));
  }

  private int[] entries(List<RewriteAnswer.Header> headers) {
    int[] entries = new int[headers.size()];
    for (int i = 0; i < entries.length; i++) {
      RewriteAnswer.Header header = headers.get(i);
      int name = builder.createString(header.name());
      int value = builder.createString(header.value());
      entries[i] = TextEntry.createTextEntry(builder, name, value);
    }
    return entries;
  }

  private ByteBuf frame(FrameType type, int root) {
    builder.finish(root);
    ByteBuffer body = builder.dataBuffer();
    int length = body.remaining();
    ByteBuf frame = allocator.ioBuffer(FrameType.HEADER_BYTES + length);
    return frame.writeByte(type.code()).writeMedium(length).writeBytes(body);
  }
}
