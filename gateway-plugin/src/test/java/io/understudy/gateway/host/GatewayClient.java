package io.understudy.gateway.host;

import io.github.api7.A6.HTTPReqCall.Action;
import io.github.api7.A6.HTTPReqCall.Rewrite;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The gateway's end of a connection. */
final class GatewayClient implements AutoCloseable {
  private final SocketChannel channel;

  GatewayClient(Path socket) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }

  /** An answer as it came. */
  record Answer(int type, ByteBuffer body) {
    long token() {
      return io.github.api7.A6.PrepareConf.Resp.getRootAsResp(body.duplicate()).confToken();
    }

    int errorCode() {
      return io.github.api7.A6.Err.Resp.getRootAsResp(body.duplicate()).code();
    }

    long requestId() {
      return request().id();
    }

    long responseId() {
      return io.github.api7.A6.HTTPRespCall.Resp.getRootAsResp(body.duplicate()).id();
    }

    boolean changesNothing() {
      return request().actionType() == Action.NONE;
    }

    Map<String, String> requestHeaders() {
      Rewrite rewrite = rewrite();
      Map<String, String> headers = new TreeMap<>();
      for (int i = 0; i < rewrite.headersLength(); i++) {
        headers.put(rewrite.headers(i).name(), rewrite.headers(i).value());
      }
      return headers;
    }

    Map<String, String> clientHeaders() {
      Rewrite rewrite = rewrite();
      Map<String, String> headers = new TreeMap<>();
      for (int i = 0; i < rewrite.respHeadersLength(); i++) {
        headers.put(rewrite.respHeaders(i).name(), rewrite.respHeaders(i).value());
      }
      return headers;
    }

    private Rewrite rewrite() {
      return (Rewrite) request().action(new Rewrite());
    }

    private io.github.api7.A6.HTTPReqCall.Resp request() {
      return io.github.api7.A6.HTTPReqCall.Resp.getRootAsResp(body.duplicate());
    }
  }

  Answer ask(byte[] frame) {
    send(frame);
    return read();
  }

  long prepare(String key, String conf) {
    return ask(Frames.prepare(key, Map.of("understudy", conf))).token();
  }

  void send(byte[] bytes) {
    try {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Answer read() {
    try {
      ByteBuffer header = exactly(4);
      int word = header.getInt();
      return new Answer(word >>> 24, exactly(word & 0xffffff));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the host has closed the connection and sends nothing more. */
  boolean isClosedByHost() throws IOException {
    try {
      return channel.read(ByteBuffer.allocate(1)) < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  SocketChannel channel() {
    return channel;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private ByteBuffer exactly(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("the host closed the connection");
      }
    }
    return bytes.flip();
  }
}
