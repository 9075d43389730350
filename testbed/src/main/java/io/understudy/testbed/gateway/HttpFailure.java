package io.understudy.testbed.gateway;

/** A request that the gateway answers itself, with a status and the reason. */
final class HttpFailure extends RuntimeException {
  private final int status;

  HttpFailure(int status, String reason) {
    super(reason, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
