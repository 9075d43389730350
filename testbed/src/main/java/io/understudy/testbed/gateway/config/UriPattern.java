package io.understudy.testbed.gateway.config;

/**
 * Paths that a route serves: one path, or with a trailing {@code *} every path that starts so.
 *
 * @param text the path, without the star
 * @param prefix whether longer paths match, too
 */
record UriPattern(String text, boolean prefix) implements Comparable<UriPattern> {
  static UriPattern parse(String key, String uri) {
    boolean prefix = uri.endsWith("*");
    String text = prefix ? uri.substring(0, uri.length() - 1) : uri;
    if (!text.startsWith("/") || text.indexOf('*') >= 0) {
      throw InvalidObjectException.at(
          key, "'" + uri + "' is not a path with at most one star, at its end");
    }
    return new UriPattern(text, prefix);
  }

  boolean matches(String path) {
    return prefix ? path.startsWith(text) : path.equals(text);
  }

  /** The more exact pattern first: a whole path, then the longer prefix. */
  @Override
  public int compareTo(UriPattern other) {
    int exact = Boolean.compare(prefix, other.prefix);
    return exact != 0 ? exact : Integer.compare(other.text.length(), text.length());
  }
}
