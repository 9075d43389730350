package io.understudy.gateway;

/**
 * An address in the form {@code host:port}.
 *
 * @param host name or address
 * @param port 1..65535
 */
record HostPort(String host, int port) {

  /**
   * Reads the form.
   *
   * @throws IllegalArgumentException if the text is not of it
   */
  static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String digits = text.substring(colon + 1);
    if (colon < 1 || !digits.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("'" + text + "' is not of the form host:port");
    }
    int port = Integer.parseInt(digits);
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " of '" + text + "' is not in 1..65535");
    }
    return new HostPort(text.substring(0, colon), port);
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
