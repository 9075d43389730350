package io.understudy.testbed.app;

/** A request that means nothing here; the message says why. */
final class BadRequestException extends RuntimeException {
  BadRequestException(String reason) {
    super(reason, null, false, false);
  }
}
