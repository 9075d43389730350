package io.understudy.testbed.gateway.runner;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the plugin runner wants done with a request. */
public sealed interface RunnerAnswer {
  /** Nothing. */
  record Proceed() implements RunnerAnswer {}

  /** The client is answered at once. */
  record Stop(int status, List<Text> headers, Buffer body) implements RunnerAnswer {}

  /**
   * The request goes on changed.
   *
   * @param path the new path, or null for the old one
   * @param headers to set; a null value takes the header away
   * @param args to set; a null value takes the argument away
   * @param responseHeaders to add to the answer
   */
  record Rewrite(
      @Nullable String path, List<Text> headers, List<Text> args, List<Text> responseHeaders)
      implements RunnerAnswer {}
}
