package io.understudy.gateway.cache;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.client.config.ClientConnectionStrategyConfig;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.NearCacheConfig;
import com.hazelcast.core.HazelcastInstance;
import io.understudy.model.AppliedClock;
import io.understudy.model.RiskScore;
import io.understudy.model.ShiftPlan;
import java.util.List;

/** The Hazelcast client that serves with no cluster in sight and joins whenever one appears. */
public final class ClusterClient {
  private static final String CLUSTER = "understudy";

  /**
   * Invalidations arrive within milliseconds; an entry whose invalidation was lost is read again
   * after this time.
   */
  private static final int NEAR_CACHE_SECONDS = 2;

  private ClusterClient() {}

  /**
   * Starts a client and returns at once, connected or not.
   *
   * @param members {@code host:port} of the daemons' members
   */
  public static HazelcastInstance start(List<String> members) {
    return HazelcastClient.newHazelcastClient(config(members));
  }

  private static ClientConfig config(List<String> members) {
    ClientConfig config = new ClientConfig();
    config.setClusterName(CLUSTER);
    config.setProperty("hazelcast.logging.type", "slf4j");
    // An answer later than this is worth less than going on with the last values.
    config.setProperty("hazelcast.client.invocation.timeout.seconds", "2");
    config.getMetricsConfig().setEnabled(false);
    config.getNetworkConfig().setAddresses(members).setConnectionTimeout(2_000);
    config.getNetworkConfig().getAutoDetectionConfig().setEnabled(false);
    ClientConnectionStrategyConfig strategy = config.getConnectionStrategyConfig();
    strategy.setAsyncStart(true);
    strategy.setReconnectMode(ClientConnectionStrategyConfig.ReconnectMode.ASYNC);
    strategy
        .getConnectionRetryConfig()
        .setInitialBackoffMillis(100)
        .setMaxBackoffMillis(1_000)
        .setClusterConnectTimeoutMillis(-1);
    config.getSerializationConfig().setJavaSerializationFilterConfig(nothingByJava());
    for (String map : List.of(RiskScore.MAP, ShiftPlan.MAP, AppliedClock.MAP)) {
      config.addNearCacheConfig(
          new NearCacheConfig(map)
              .setInMemoryFormat(InMemoryFormat.OBJECT)
              .setInvalidateOnChange(true)
              .setTimeToLiveSeconds(NEAR_CACHE_SECONDS));
    }
    return config;
  }

  /** Every class name starts with the empty prefix: whatever asks for Java's format is refused. */
  private static JavaSerializationFilterConfig nothingByJava() {
    JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
    filter.setDefaultsDisabled(true).getBlacklist().addPrefixes("");
    return filter;
  }
}
