package io.understudy.daemon.journal;

import java.io.IOException;

/** The journal cannot do what was asked; the message names the file and the remedy. */
public final class JournalException extends IOException {
  private static final long serialVersionUID = 1L;

  JournalException(String message) {
    super(message);
  }

  JournalException(String message, Throwable cause) {
    super(message, cause);
  }
}
