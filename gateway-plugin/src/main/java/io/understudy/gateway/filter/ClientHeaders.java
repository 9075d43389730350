package io.understudy.gateway.filter;

/**
 * A response that can also add headers to what the client gets. The protocol carries them in a
 * Rewrite answer; the SDK's {@code HttpResponse.setHeader} would stop the request instead.
 */
public interface ClientHeaders {
  void addClientHeader(String name, String value);
}
