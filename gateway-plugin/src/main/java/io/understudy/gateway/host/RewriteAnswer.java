package io.understudy.gateway.host;

import io.understudy.gateway.filter.ClientHeaders;
import java.util.ArrayList;
import java.util.List;
import org.apache.apisix.plugin.runner.HttpResponse;

/**
 * What the filters change about a request: its headers, and headers of the answer to the client.
 * The SDK's own class cannot carry the latter; what this host does not carry is refused.
 */
final class RewriteAnswer extends HttpResponse implements ClientHeaders {
  private final List<Header> requestHeaders = new ArrayList<>(1);
  private final List<Header> clientHeaders = new ArrayList<>(1);

  record Header(String name, String value) {}

  RewriteAnswer(long requestId) {
    super(requestId);
  }

  List<Header> requestHeaders() {
    return requestHeaders;
  }

  List<Header> clientHeaders() {
    return clientHeaders;
  }

  boolean changesNothing() {
    return requestHeaders.isEmpty() && clientHeaders.isEmpty();
  }

  @Override
  public void setReqHeader(String name, String value) {
    requestHeaders.add(new Header(name, value));
  }

  @Override
  public void addClientHeader(String name, String value) {
    clientHeaders.add(new Header(name, value));
  }

  @Override
  public void setArg(String name, String value) {
    throw notCarried();
  }

  @Override
  public void setPath(String path) {
    throw notCarried();
  }

  @Override
  public void setHeader(String name, String value) {
    throw notCarried();
  }

  @Override
  public void setBody(String body) {
    throw notCarried();
  }

  @Override
  public void setStatusCode(int code) {
    throw notCarried();
  }

  private static UnsupportedOperationException notCarried() {
    return new UnsupportedOperationException("this host carries headers only");
  }
}
