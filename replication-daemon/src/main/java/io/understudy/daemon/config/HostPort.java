package io.understudy.daemon.config;

/**
 * An address to listen on.
 *
 * @param host name or address
 * @param port 0 to 65535; 0 lets the system choose
 */
public record HostPort(String host, int port) {

  /**
   * Reads {@code host:port}; an IPv6 address stands in brackets.
   *
   * @throws IllegalArgumentException if {@code text} is not of that form
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (colon > 0 && port >= 0 && port <= 65_535) {
        return new HostPort(text.substring(0, colon), port);
      }
    } catch (NumberFormatException e) {
      // Falls through: what is not a number is not an address either.
    }
    throw new IllegalArgumentException("'" + text + "' is not host:port");
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
