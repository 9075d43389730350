package io.understudy.testbed.command;

import io.understudy.model.config.HostPort;
import java.net.BindException;

/** The process cannot serve as it was told; the message says where and what to do. */
public final class CannotStartException extends RuntimeException {
  private CannotStartException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Why a server could not listen. */
  public static CannotStartException listening(String option, HostPort place, Throwable cause) {
    String remedy =
        cause instanceof BindException
            ? "stop the process that listens there or choose another port"
            : "choose an address of this machine";
    return new CannotStartException(
        "--" + option + " " + place + ": " + cause.getMessage() + "; " + remedy, cause);
  }
}
