package io.understudy.testbed.process;

import java.nio.file.Path;

/** A child process ended before it served. */
public final class EndedEarlyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EndedEarlyException(String name, int status, Path log) {
    super(name + " ended with status " + status + " before it was ready; see " + log);
  }
}
