package io.understudy.testbed.command;

/**
 * A place on the network.
 *
 * @param host name or IPv4 address
 * @param port 0 to 65535; 0 lets the system choose
 */
public record HostPort(String host, int port) {
  /**
   * Reads {@code host:port}.
   *
   * @throws IllegalArgumentException if {@code text} is not of that form
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon > 0 && text.substring(colon + 1).matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port <= 65_535) {
        return new HostPort(text.substring(0, colon), port);
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not of the form 127.0.0.1:9080");
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
