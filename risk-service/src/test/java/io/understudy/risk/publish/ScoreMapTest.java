package io.understudy.risk.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.understudy.model.RiskScore;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Against a real member in this JVM. */
final class ScoreMapTest {
  private static final Duration FOUND_MAX = Duration.ofSeconds(40);

  private static final RiskScore SCORE =
      new RiskScore(
          "orders",
          "eu-a",
          0.7,
          30,
          "simulated-1",
          1_000,
          List.of(new RiskScore.Contribution("heap", 2.5)));

  @Test
  void scoreArrivesWithItsReasonsAlthoughTheMemberCameLater() throws Exception {
    int port = freePort();
    BlockingQueue<ScoreMap.Outcome> outcomes = new LinkedBlockingQueue<>();
    try (ScoreMap map = new ScoreMap(List.of("127.0.0.1:" + port), outcomes::add)) {
      map.publish(List.of(SCORE));
      assertThat(outcomes.poll(20, TimeUnit.SECONDS)).isEqualTo(ScoreMap.Outcome.OFFLINE);

      HazelcastInstance member = member(port);
      try {
        awaitSent(map, outcomes);
        assertThat(member.<String, RiskScore>getMap(RiskScore.MAP).get("orders/eu-a"))
            .isEqualTo(SCORE);
      } finally {
        member.shutdown();
      }
    }
  }

  private static void awaitSent(ScoreMap map, BlockingQueue<ScoreMap.Outcome> outcomes)
      throws InterruptedException {
    long deadline = System.nanoTime() + FOUND_MAX.toNanos();
    while (System.nanoTime() - deadline < 0) {
      map.publish(List.of(SCORE));
      if (outcomes.poll(200, TimeUnit.MILLISECONDS) == ScoreMap.Outcome.SENT) {
        return;
      }
      // A client that knows it is alone answers at once; it looks for members once a second.
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
    throw new AssertionError("the client did not find the member within " + FOUND_MAX);
  }

  static HazelcastInstance member(int port) {
    Config config = new Config();
    config.setClusterName("understudy");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    return Hazelcast.newHazelcastInstance(config);
  }

  static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
