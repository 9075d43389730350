package io.understudy.testbed.gateway.runner;

/** The plugin runner gave no usable answer; the message says why. */
public final class RunnerUnavailableException extends RuntimeException {
  RunnerUnavailableException(String message) {
    super(message, null, false, false);
  }
}
