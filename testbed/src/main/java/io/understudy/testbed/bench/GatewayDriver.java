package io.understudy.testbed.bench;

import com.google.flatbuffers.FlatBufferBuilder;
import io.github.api7.A6.HTTPReqCall.Req;
import io.github.api7.A6.Method;
import io.github.api7.A6.TextEntry;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

/** One connection of a gateway: sends first touches, one at a time, and reads their answers. */
final class GatewayDriver implements AutoCloseable {
  private static final int HEADER_BYTES = 4;
  private static final int USERS = 256;

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocateDirect(4096);
  private final ByteBuffer[] requests = new ByteBuffer[USERS];
  private int next;

  GatewayDriver(Path socket, long seed) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    long token = prepare();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < USERS; i++) {
      String user = new UUID(random.nextLong(), random.nextLong()).toString();
      requests[i] = direct(2, request(i, token, user));
    }
  }

  /** Sends a request and reads its answer; returns the length of the answer's body. */
  int exchange() throws IOException {
    ByteBuffer request = requests[next++ & (USERS - 1)].duplicate();
    int length = answer(request);
    if (in.get(0) != 2) {
      throw new IOException("the host answered a request with a frame of type " + in.get(0));
    }
    return length;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private long prepare() throws IOException {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int conf = entry(builder, "understudy", "{\"service\":\"orders\"}");
    int entries = io.github.api7.A6.PrepareConf.Req.createConfVector(builder, new int[] {conf});
    int key = builder.createString("route#us.orders.reads");
    builder.finish(io.github.api7.A6.PrepareConf.Req.createReq(builder, entries, key));
    int length = answer(direct(1, builder.sizedByteArray()));
    return io.github.api7.A6.PrepareConf.Resp.getRootAsResp(in.slice(HEADER_BYTES, length))
        .confToken();
  }

  private int answer(ByteBuffer frame) throws IOException {
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
    in.clear();
    readTo(HEADER_BYTES);
    int length = in.getInt(0) & 0xffffff;
    readTo(HEADER_BYTES + length);
    return length;
  }

  private void readTo(int position) throws IOException {
    while (in.position() < position) {
      if (channel.read(in) < 0) {
        throw new EOFException("the host closed the connection");
      }
    }
  }

  /** What a browser sends through a gateway. */
  private static byte[] request(long id, long token, String user) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("host", "shop.example.com");
    headers.put(
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari");
    headers.put("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    headers.put("accept-language", "en-GB,en;q=0.9,de;q=0.8");
    headers.put("accept-encoding", "gzip, deflate, br, zstd");
    headers.put("referer", "https://shop.example.com/orders?page=2");
    headers.put("cookie", "JSESSIONID=0A1B2C3D4E5F60718293A4B5C6D7E8F9; theme=dark; consent=all");
    headers.put("x-user-id", user);
    headers.put("x-user-group", "gold");
    headers.put("x-forwarded-proto", "https");
    headers.put("x-forwarded-host", "shop.example.com");
    headers.put("x-forwarded-port", "443");
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int texts = Req.createHeadersVector(builder, entries(builder, headers));
    int args = Req.createArgsVector(builder, entries(builder, Map.of("page", "2")));
    int path = builder.createString("/orders/17");
    int address = Req.createSrcIpVector(builder, new byte[] {10, 1, 2, 3});
    builder.finish(Req.createReq(builder, id, address, Method.GET, path, args, texts, token));
    return builder.sizedByteArray();
  }

  private static int[] entries(FlatBufferBuilder builder, Map<String, String> texts) {
    return texts.entrySet().stream()
        .mapToInt(text -> entry(builder, text.getKey(), text.getValue()))
        .toArray();
  }

  private static int entry(FlatBufferBuilder builder, String name, String value) {
    return TextEntry.createTextEntry(
        builder, builder.createString(name), builder.createString(value));
  }

  private static ByteBuffer direct(int type, byte[] body) {
    return ByteBuffer.allocateDirect(HEADER_BYTES + body.length)
        .putInt(type << 24 | body.length)
        .put(body)
        .flip();
  }
}
