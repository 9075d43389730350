package io.understudy.gateway.host;

import io.understudy.gateway.filter.UnderstudyFilter;
import io.understudy.gateway.metrics.GatewayMetrics;
import java.io.IOException;

/** The plugin runner: answers the gateway's frames with the filter's decisions. */
public final class RunnerHost implements AutoCloseable {
  private final FrameServer server;
  private final Answering answering;

  private RunnerHost(FrameServer server, Answering answering) {
    this.server = server;
    this.answering = answering;
  }

  /**
   * Listens and answers until closed.
   *
   * @throws SocketInUseException if the socket's path is taken
   */
  public static RunnerHost start(
      HostSettings settings, UnderstudyFilter filter, GatewayMetrics metrics, Sources sources)
      throws IOException {
    ConfTokens tokens =
        new ConfTokens(settings.confsMax(), settings.confExpiry(), sources.random());
    Answering answering = new Answering(filter, tokens, sources, new FrameCounts(metrics));
    try {
      return new RunnerHost(
          FrameServer.start(settings, () -> new Connection(answering)), answering);
    } catch (IOException | RuntimeException e) {
      answering.close();
      throw e;
    }
  }

  /** Connections open now. */
  public int connections() {
    return server.connections();
  }

  @Override
  public void close() throws IOException {
    answering.close();
    server.close();
  }
}
