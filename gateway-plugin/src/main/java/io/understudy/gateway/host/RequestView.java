package io.understudy.gateway.host;

import io.github.api7.A6.HTTPReqCall.Req;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.jspecify.annotations.Nullable;

/**
 * A request as the gateway sent it, read in place: a header is found by comparing bytes, and only
 * the headers that a filter asks for are decoded. The SDK's own class decodes all of them and needs
 * Spring at run time in the methods overridden here.
 */
final class RequestView extends HttpRequest {
  private final Req req;
  private final ByteBuffer scratch;
  private final HeaderSearch headers;

  private RequestView(Req req, ByteBuffer body) {
    super(req);
    this.req = req;
    this.scratch = body.duplicate();
    this.headers = new HeaderSearch(body);
  }

  /**
   * Looks at the body of a frame; nothing but its root is read yet.
   *
   * @throws MalformedFrameException here and in all methods, if an offset or a length lies outside
   */
  static RequestView of(ByteBuffer body) {
    return checked(() -> new RequestView(Req.getRootAsReq(body), body));
  }

  @Override
  public long getRequestId() {
    return checked(req::id);
  }

  @Override
  public long getConfToken() {
    return checked(req::confToken);
  }

  @Override
  public Method getMethod() {
    return checked(super::getMethod);
  }

  @Override
  public String getPath() {
    ByteBuffer path = checked(() -> req.pathInByteBuffer(scratch));
    if (path == null) {
      throw new MalformedFrameException("a request without a path");
    }
    return FlatText.decode(path);
  }

  @Override
  public @Nullable String getHeader(String name) {
    return checked(() -> headers.find(name));
  }

  @Override
  public String getSourceIP() {
    return checked(this::sourceAddress);
  }

  @Override
  public String getConfig(PluginFilter filter) {
    String config = super.getConfig(filter);
    return config == null ? "" : config;
  }

  @Override
  public @Nullable String getArg(String name) {
    return checked(() -> getArgs().get(name));
  }

  @Override
  public @Nullable String getVars(String name) {
    // This host asks the gateway for no variables.
    return null;
  }

  private String sourceAddress() {
    ByteBuffer bytes = req.srcIpInByteBuffer(scratch);
    if (bytes == null || (bytes.remaining() != 4 && bytes.remaining() != 16)) {
      throw new MalformedFrameException("a client address that is neither IPv4 nor IPv6");
    }
    byte[] address = new byte[bytes.remaining()];
    bytes.get(address);
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are addresses", e);
    }
  }

  /** FlatBuffers trusts its offsets and leaves it to the buffer to refuse them. */
  static <T extends @Nullable Object> T checked(Supplier<T> read) {
    try {
      return read.get();
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new MalformedFrameException("an offset or a length lies outside the frame");
    }
  }
}
