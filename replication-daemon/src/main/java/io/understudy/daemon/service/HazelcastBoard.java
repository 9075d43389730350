package io.understudy.daemon.service;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.understudy.model.AppliedClock;
import io.understudy.model.RiskScore;
import io.understudy.model.ShiftPlan;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The board as Hazelcast maps; the daemons are the members. Nothing here is part of safety: what is
 * lost or wrong costs a shift, never an order.
 */
public final class HazelcastBoard implements PlanBoard, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HazelcastBoard.class);

  private final HazelcastInstance member;

  private HazelcastBoard(HazelcastInstance member) {
    this.member = member;
  }

  /**
   * Starts this daemon's member.
   *
   * @param host address to bind
   * @param port port to bind, no other
   * @param members {@code host:port} of all members
   * @throws HazelcastException if the port is in use
   * @throws UnknownHostException if {@code host} has no address
   */
  public static HazelcastBoard join(String host, int port, List<String> members)
      throws UnknownHostException {
    Config config = new Config().setClusterName("understudy");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.socket.bind.any", "false");
    // Near caches hear of a change at once instead of in batches of up to 10 s.
    config.setProperty("hazelcast.map.invalidation.batch.enabled", "false");
    config.getSerializationConfig().setAllowUnsafe(false);
    config.getIntegrityCheckerConfig().setEnabled(false);
    NetworkConfig network =
        config.getNetworkConfig().setPort(port).setPortAutoIncrement(false).setPublicAddress(host);
    // An interface is chosen by address; a name would be taken for a pattern.
    network
        .getInterfaces()
        .setEnabled(true)
        .addInterface(InetAddress.getByName(host).getHostAddress());
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setMembers(members);
    return new HazelcastBoard(Hazelcast.newHazelcastInstance(config));
  }

  @Override
  public void publish(ShiftPlan plan) {
    member.<String, ShiftPlan>getMap(ShiftPlan.MAP).set(plan.service(), plan);
  }

  @Override
  public void publish(AppliedClock clock) {
    member
        .<String, AppliedClock>getMap(AppliedClock.MAP)
        .setAsync(RiskScore.key(clock.service(), clock.endpoint()), clock);
  }

  @Override
  public Optional<RiskScore> risk(String service, String endpoint) {
    try {
      return Optional.ofNullable(
          member.<String, RiskScore>getMap(RiskScore.MAP).get(RiskScore.key(service, endpoint)));
    } catch (HazelcastSerializationException | IllegalArgumentException e) {
      log.warn("risk score of {}/{} cannot be read: {}", service, endpoint, e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    member.shutdown();
  }
}
