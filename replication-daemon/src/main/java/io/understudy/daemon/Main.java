package io.understudy.daemon;

import com.hazelcast.core.HazelcastException;
import io.prometheus.client.hotspot.DefaultExports;
import io.understudy.daemon.api.AdminApi;
import io.understudy.daemon.api.EventFeed;
import io.understudy.daemon.api.Tokens;
import io.understudy.daemon.audit.AuditLog;
import io.understudy.daemon.config.ConfigFile;
import io.understudy.daemon.config.DaemonConfig;
import io.understudy.daemon.config.HostPort;
import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.FileControlStore;
import io.understudy.daemon.route.RouteWriter;
import io.understudy.daemon.service.HazelcastBoard;
import io.understudy.daemon.service.ReplicatedFeed;
import io.understudy.daemon.service.ServiceSupervisor;
import io.understudy.daemon.service.Surroundings;
import io.understudy.daemon.watch.ErrorRatioProbe;
import io.understudy.model.config.InvalidConfigException;
import io.understudy.model.config.Topology;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a replication daemon: {@code java ... io.understudy.daemon.Main understudy.yaml}. */
public final class Main {
  private static final Logger log = LoggerFactory.getLogger(Main.class);
  private static final int WRONG_USE = 2;
  private static final int EVENTS_KEPT = 10_000;

  /** What was started, the newest first; ended in that order. */
  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  private Main() {}

  public static void main(String[] args) {
    if (args.length != 1) {
      System.err.println("usage: replication-daemon UNDERSTUDY.YAML");
      System.exit(WRONG_USE);
    }
    Main main = new Main();
    try {
      DaemonConfig config = ConfigFile.read(Path.of(args[0]));
      int port = main.start(config);
      Runtime.getRuntime().addShutdownHook(new Thread(main::stop, "shutdown"));
      System.out.println("ready " + config.listen().host() + ":" + port);
    } catch (InvalidConfigException | IOException | HazelcastException e) {
      System.err.println(e.getMessage());
      main.stop();
      System.exit(WRONG_USE);
    } catch (ExecutionException e) {
      System.err.println("cannot listen: " + e.getCause());
      main.stop();
      System.exit(WRONG_USE);
    } catch (InterruptedException e) {
      main.stop();
      System.exit(1);
    }
  }

  private int start(DaemonConfig config)
      throws IOException, ExecutionException, InterruptedException {
    Clock clock = Clock.systemUTC();
    Tokens tokens = Tokens.read(config.tokenFile());
    FileControlStore store = keep(FileControlStore.open(config.stateFolder()));
    HostPort member = HostPort.parse(config.topology().hazelcastMembers().getFirst());
    HazelcastBoard board =
        keep(
            HazelcastBoard.join(
                member.host(), member.port(), config.topology().hazelcastMembers()));
    Vertx vertx = Vertx.vertx();
    keep(() -> vertx.close().toCompletionStage().toCompletableFuture().get());
    WebClient client = WebClient.create(vertx);
    AuditLog audit = new AuditLog(clock, EVENTS_KEPT);
    EventFeed events = new EventFeed(vertx, audit::after);
    audit.onEntry(events::wake);
    ReplicatedFeed replicated = new ReplicatedFeed(vertx);
    List<Topology.Endpoint> endpoints =
        config.topology().services().stream().flatMap(s -> s.endpoints().stream()).toList();
    Surroundings around =
        new Surroundings(
            clock,
            audit,
            board,
            keep(new ErrorRatioProbe(vertx, client, endpoints)),
            replicated,
            config.gateway().map(gateway -> writers(gateway, client)),
            decisionHeader());
    List<ServiceSupervisor> supervisors = new ArrayList<>();
    for (ServicePolicy policy : config.policies()) {
      Topology.Service service =
          config.topology().services().stream()
              .filter(each -> each.name().equals(policy.service()))
              .findFirst()
              .orElseThrow();
      supervisors.add(keep(new ServiceSupervisor(service, policy, store, around)));
    }
    DefaultExports.initialize();
    HttpServer server =
        new AdminApi(supervisors, tokens, replicated, events, clock)
            .listen(vertx, config.listen().host(), config.listen().port())
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    return server.actualPort();
  }

  private static Function<RouteWriter.Listener, RouteWriter> writers(
      DaemonConfig.Gateway gateway, WebClient client) {
    return listener -> new RouteWriter(gateway.adminUrl(), gateway.keyFile(), client, listener);
  }

  /** Unguessable, so that no client can send it and choose its own side. */
  private static String decisionHeader() {
    byte[] random = new byte[12];
    new SecureRandom().nextBytes(random);
    return "x-us-" + HexFormat.of().formatHex(random);
  }

  private <T extends AutoCloseable> T keep(T resource) {
    started.push(resource);
    return resource;
  }

  private void stop() {
    while (!started.isEmpty()) {
      AutoCloseable resource = started.pop();
      try {
        resource.close();
      } catch (Exception e) {
        log.warn("{} did not end in order: {}", resource, e.toString());
      }
    }
  }
}
