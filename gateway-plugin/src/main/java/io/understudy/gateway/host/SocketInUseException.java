package io.understudy.gateway.host;

import java.io.IOException;

/** The socket's path is taken; the message says by what and what to do. */
public final class SocketInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  SocketInUseException(String message) {
    super(message);
  }
}
