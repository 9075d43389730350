package io.understudy.model.config;

/**
 * A place on the network.
 *
 * @param host name or address
 * @param port 0 to 65535; 0 lets the system choose where something listens
 */
public record HostPort(String host, int port) {

  /**
   * Reads {@code host:port}; an IPv6 address stands in brackets.
   *
   * @throws IllegalArgumentException if {@code text} is not of that form
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String digits = text.substring(colon + 1);
    if (colon < 1 || !digits.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("'" + text + "' is not of the form host:port");
    }
    int port = Integer.parseInt(digits);
    if (port > 65_535) {
      throw new IllegalArgumentException("port " + port + " of '" + text + "' is not in 0..65535");
    }
    return new HostPort(text.substring(0, colon), port);
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
