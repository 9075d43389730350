package io.understudy.gateway.host;

import com.google.flatbuffers.FlatBufferBuilder;
import io.github.api7.A6.TextEntry;
import java.nio.ByteBuffer;
import java.util.Map;

/** Frames as the gateway sends them. */
final class Frames {
  private Frames() {}

  /** What a request says; the rest is the same in all tests. */
  record Call(long id, long token, int method, String path, Map<String, String> headers) {
    static Call get(long id, long token, Map<String, String> headers) {
      return new Call(id, token, io.github.api7.A6.Method.GET, "/orders", headers);
    }
  }

  static byte[] prepare(String key, Map<String, String> conf) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int entries = io.github.api7.A6.PrepareConf.Req.createConfVector(builder, texts(builder, conf));
    int name = builder.createString(key);
    builder.finish(io.github.api7.A6.PrepareConf.Req.createReq(builder, entries, name));
    return framed(1, builder.sizedByteArray());
  }

  static byte[] request(Call call) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int headers =
        io.github.api7.A6.HTTPReqCall.Req.createHeadersVector(
            builder, texts(builder, call.headers()));
    int path = builder.createString(call.path());
    int address =
        io.github.api7.A6.HTTPReqCall.Req.createSrcIpVector(builder, new byte[] {10, 1, 2, 3});
    builder.finish(
        io.github.api7.A6.HTTPReqCall.Req.createReq(
            builder, call.id(), address, call.method(), path, 0, headers, call.token()));
    return framed(2, builder.sizedByteArray());
  }

  static byte[] framed(int type, byte[] body) {
    return ByteBuffer.allocate(4 + body.length).putInt(type << 24 | body.length).put(body).array();
  }

  /** The frame with its request's token replaced; FlatBuffers finds the field by its vtable. */
  static byte[] withToken(byte[] frame, int field, long token) {
    byte[] copy = frame.clone();
    ByteBuffer body = ByteBuffer.wrap(copy).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int root = 4 + body.getInt(4);
    int vtable = root - body.getInt(root);
    body.putInt(root + body.getShort(vtable + field), (int) token);
    return copy;
  }

  private static int[] texts(FlatBufferBuilder builder, Map<String, String> texts) {
    return texts.entrySet().stream()
        .mapToInt(entry ->
            TextEntry.createTextEntry(
                builder,
                builder.createString(entry.getKey()),
                builder.createString(entry.getValue())))
        .toArray();
  }
}
