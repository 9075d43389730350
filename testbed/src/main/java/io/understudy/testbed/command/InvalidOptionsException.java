package io.understudy.testbed.command;

import java.util.List;

/** The command line does not say what to do; the message lists every mistake. */
public final class InvalidOptionsException extends RuntimeException {
  InvalidOptionsException(List<String> mistakes) {
    super(String.join("\n", mistakes));
  }
}
