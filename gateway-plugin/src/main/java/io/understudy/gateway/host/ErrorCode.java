package io.understudy.gateway.host;

import io.github.api7.A6.Err.Code;

/** What an Error answer says. */
enum ErrorCode {
  BAD_REQUEST("bad-request", Code.BAD_REQUEST),
  SERVICE_UNAVAILABLE("service-unavailable", Code.SERVICE_UNAVAILABLE),
  /** The gateway drops its tokens and prepares its configurations again. */
  TOKEN_NOT_FOUND("token-not-found", Code.CONF_TOKEN_NOT_FOUND);

  private final String label;
  private final int number;

  ErrorCode(String label, int number) {
    this.label = label;
    this.number = number;
  }

  String label() {
    return label;
  }

  int number() {
    return number;
  }
}
