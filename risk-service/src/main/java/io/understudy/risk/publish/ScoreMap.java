package io.understudy.risk.publish;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.client.config.ClientConnectionStrategyConfig.ReconnectMode;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import io.understudy.model.RiskScore;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Hazelcast map of scores, as a client that may be offline for as long as it likes.
 *
 * <p>One thread sends; while it does, only the newest tick waits, so a slow cluster delays scores
 * but never piles them up.
 */
public final class ScoreMap implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScoreMap.class);
  private static final long AGE_MILLIS_MAX = 2_000;
  private static final String CLUSTER = "understudy";

  private final HazelcastInstance client;
  private final Consumer<Outcome> listener;
  private final Publication publication = new Publication(AGE_MILLIS_MAX);
  private final ThreadPoolExecutor sender =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(1),
          Thread.ofPlatform().name("score-map").daemon().factory(),
          new ThreadPoolExecutor.DiscardOldestPolicy());
  private Outcome last = Outcome.SENT;

  /** How a sending went. */
  public enum Outcome {
    SENT,
    OFFLINE
  }

  /**
   * Starts to connect in the background.
   *
   * @param members {@code host:port} of the members
   * @param listener told of every score sent or kept back, on the sending thread
   */
  public ScoreMap(List<String> members, Consumer<Outcome> listener) {
    this.listener = listener;
    ClientConfig config = new ClientConfig();
    config.setClusterName(CLUSTER);
    config.getNetworkConfig().setAddresses(members);
    config
        .getConnectionStrategyConfig()
        .setAsyncStart(true)
        .setReconnectMode(ReconnectMode.ASYNC)
        .getConnectionRetryConfig()
        .setInitialBackoffMillis(200)
        .setMaxBackoffMillis(2_000)
        .setClusterConnectTimeoutMillis(Long.MAX_VALUE);
    config.setProperty("hazelcast.client.invocation.timeout.seconds", "5");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "slf4j");
    client = HazelcastClient.newHazelcastClient(config);
  }

  /** Sends what is due, in the background. */
  public void publish(List<RiskScore> scores) {
    sender.execute(() -> send(scores));
  }

  @Override
  public void close() {
    sender.shutdownNow();
    client.shutdown();
  }

  private void send(List<RiskScore> scores) {
    for (RiskScore score : publication.due(scores)) {
      Outcome outcome = send(score);
      if (outcome != last) {
        LOG.info("map {} {} -> {}", RiskScore.MAP, last, outcome);
        last = outcome;
      }
      listener.accept(outcome);
      if (outcome == Outcome.OFFLINE) {
        return;
      }
    }
  }

  private Outcome send(RiskScore score) {
    try {
      client
          .<String, RiskScore>getMap(RiskScore.MAP)
          .set(RiskScore.key(score.service(), score.endpoint()), score);
      publication.arrived(score);
      return Outcome.SENT;
    } catch (HazelcastException | IllegalStateException e) {
      return Outcome.OFFLINE;
    }
  }
}
