package io.understudy.gateway.cache;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A real Hazelcast member on loopback, configured as the daemon configures its own. */
public final class Member implements AutoCloseable {
  private final HazelcastInstance instance;
  private final int port;

  private Member(HazelcastInstance instance, int port) {
    this.instance = instance;
    this.port = port;
  }

  public static Member start() throws IOException {
    return start(freePort());
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  public static Member start(int port) {
    Config config = new Config();
    config.setClusterName("understudy");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.map.invalidation.batch.enabled", "false");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.partition.count", "11");
    config.getJetConfig().setEnabled(false);
    config
        .getNetworkConfig()
        .setPort(port)
        .setPortAutoIncrement(false)
        .setPublicAddress("127.0.0.1:" + port);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    return new Member(Hazelcast.newHazelcastInstance(config), port);
  }

  public String address() {
    return "127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  public void put(String map, String key, Object value) {
    instance.getMap(map).set(key, value);
  }

  public void remove(String map, String key) {
    instance.getMap(map).delete(key);
  }

  /** Ends at once, as a killed process would, without telling anybody. */
  public void die() {
    instance.getLifecycleService().terminate();
  }

  @Override
  public void close() {
    instance.getLifecycleService().terminate();
  }
}
