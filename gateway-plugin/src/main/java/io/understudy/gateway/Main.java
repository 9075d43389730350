package io.understudy.gateway;

import com.hazelcast.core.HazelcastInstance;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.HTTPServer;
import io.prometheus.client.hotspot.DefaultExports;
import io.understudy.gateway.cache.ClusterClient;
import io.understudy.gateway.cache.SnapshotCopier;
import io.understudy.gateway.decision.Limits;
import io.understudy.gateway.filter.UnderstudyFilter;
import io.understudy.gateway.host.Rehearsal;
import io.understudy.gateway.host.RunnerHost;
import io.understudy.gateway.host.Sources;
import io.understudy.gateway.metrics.GatewayMetrics;
import io.understudy.model.config.HostPort;
import io.understudy.model.config.InvalidConfigException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plugin host's process. */
public final class Main {
  private static final Logger log = LoggerFactory.getLogger(Main.class);

  /** The configuration is wrong or an address is taken: repair it, starting again does not help. */
  private static final int CANNOT_START = 2;

  /** Time that a start may take longer so that the first request is not slow. */
  private static final Duration REHEARSAL_MAX = Duration.ofSeconds(2);

  private Main() {}

  public static void main(String[] args) {
    try {
      start(Environment.read(System.getenv()));
    } catch (InvalidConfigException e) {
      refuse("the environment is not usable:\n" + e.getMessage());
    } catch (IOException e) {
      refuse(String.valueOf(e.getMessage()));
    }
  }

  private static void start(Environment environment) throws IOException {
    GatewayMetrics metrics = new GatewayMetrics(CollectorRegistry.defaultRegistry);
    HTTPServer server = serveMetrics(environment.metrics());
    HazelcastInstance client =
        ClusterClient.start(environment.members().stream().map(HostPort::toString).toList());
    SnapshotCopier copier = SnapshotCopier.start(client, Limits.DEFAULT, metrics);
    SecureRandom random = new SecureRandom();
    Sources sources = new Sources(System::currentTimeMillis, System::nanoTime, random::nextLong);
    Rehearsal.run(environment.settings(), sources, REHEARSAL_MAX);
    UnderstudyFilter filter = new UnderstudyFilter(copier::current, sources.wallMillis(), metrics);
    RunnerHost host = RunnerHost.start(environment.settings(), filter, metrics, sources);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(host, copier, client, server), "understudy-stop"));
    log.info(
        "cluster: OFFLINE members={}; until it answers all go to the primary",
        environment.members());
    System.out.println("ready unix:" + environment.settings().socket());
  }

  private static @Nullable HTTPServer serveMetrics(@Nullable HostPort address) throws IOException {
    if (address == null) {
      return null;
    }
    DefaultExports.initialize();
    try {
      return new HTTPServer.Builder()
          .withInetSocketAddress(new InetSocketAddress(address.host(), address.port()))
          .withDaemonThreads(true)
          .build();
    } catch (IOException e) {
      throw new IOException(
          "UNDERSTUDY_METRICS " + address + ": " + e.getMessage() + "; choose another port", e);
    }
  }

  private static void stop(
      RunnerHost host,
      SnapshotCopier copier,
      HazelcastInstance client,
      @Nullable HTTPServer server) {
    try {
      host.close();
    } catch (IOException e) {
      log.warn("the socket could not be removed: {}", e.getMessage());
    }
    copier.close();
    client.shutdown();
    if (server != null) {
      server.close();
    }
  }

  private static void refuse(String message) {
    System.err.println("gateway-plugin cannot start: " + message);
    System.exit(CANNOT_START);
  }
}
