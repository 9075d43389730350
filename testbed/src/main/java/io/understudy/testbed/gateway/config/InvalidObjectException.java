package io.understudy.testbed.gateway.config;

/** An object of the Admin API that cannot be accepted; the message names the key. */
public final class InvalidObjectException extends RuntimeException {
  public InvalidObjectException(String message) {
    super(message);
  }

  static InvalidObjectException at(String key, String reason) {
    return new InvalidObjectException(
        "invalid configuration: property \"" + key + "\" validation failed: " + reason);
  }
}
