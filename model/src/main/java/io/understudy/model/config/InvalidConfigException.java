package io.understudy.model.config;

/** A configuration that cannot be used; the message lists every problem with line and key. */
public final class InvalidConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidConfigException(String message) {
    super(message);
  }
}
