package io.understudy.daemon;

import com.hazelcast.core.HazelcastException;
import io.prometheus.client.hotspot.DefaultExports;
import io.understudy.daemon.api.AdminApi;
import io.understudy.daemon.api.EventFeed;
import io.understudy.daemon.api.Tokens;
import io.understudy.daemon.audit.AuditLog;
import io.understudy.daemon.command.Commands;
import io.understudy.daemon.config.ConfigFile;
import io.understudy.daemon.config.DaemonConfig;
import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.FileControlStore;
import io.understudy.daemon.control.FileEpochStore;
import io.understudy.daemon.endpoint.Clocks;
import io.understudy.daemon.endpoint.EndpointConfig;
import io.understudy.daemon.endpoint.EndpointProcess;
import io.understudy.daemon.route.RouteWriter;
import io.understudy.daemon.service.EndpointDaemons;
import io.understudy.daemon.service.HazelcastBoard;
import io.understudy.daemon.service.ReplicatedFeed;
import io.understudy.daemon.service.ServiceSupervisor;
import io.understudy.daemon.service.Surroundings;
import io.understudy.daemon.watch.ErrorRatioProbe;
import io.understudy.model.config.HostPort;
import io.understudy.model.config.InvalidConfigException;
import io.understudy.model.config.Topology;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.client.WebClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a replication daemon: {@code java ... io.understudy.daemon.Main understudy.yaml}; or one
 * endpoint's daemon: {@code ... Main endpoint --config FILE}. With another command in front it does
 * one thing and ends, see {@link Commands}.
 */
public final class Main {
  private static final Logger log = LoggerFactory.getLogger(Main.class);
  private static final int WRONG_USE = 2;
  private static final int EVENTS_KEPT = 10_000;

  /** What was started, the newest first; ended in that order. */
  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  private Main() {}

  public static void main(String[] args) {
    if (args.length == 3 && args[0].equals("endpoint") && args[1].equals("--config")) {
      runEndpoint(Path.of(args[2]));
      return;
    }
    if (Commands.knows(args)) {
      System.exit(Commands.run(args, Clock.systemUTC(), System.out, System.err));
    }
    if (args.length != 1) {
      System.err.print(Commands.USAGE);
      System.exit(WRONG_USE);
    }
    Main main = new Main();
    try {
      DaemonConfig config = ConfigFile.read(Path.of(args[0]));
      int port = main.start(config);
      Runtime.getRuntime().addShutdownHook(new Thread(main::stop, "shutdown"));
      System.out.println("ready " + config.listen().host() + ":" + port);
    } catch (InvalidConfigException | IOException e) {
      System.err.println(e.getMessage());
      main.stop();
      System.exit(WRONG_USE);
    } catch (InterruptedException e) {
      main.stop();
      System.exit(1);
    }
  }

  /** Goes on evenly, whatever is done to the machine's clock. */
  private static InstantSource steady() {
    Instant began = Instant.now();
    long nanos = System.nanoTime();
    return () -> began.plusNanos(System.nanoTime() - nanos);
  }

  private static void runEndpoint(Path file) {
    try {
      EndpointProcess process =
          EndpointProcess.start(
              EndpointConfig.read(file), new Clocks(Clock.systemUTC(), steady()), Main::broken);
      Runtime.getRuntime().addShutdownHook(new Thread(process::close, "shutdown"));
      DefaultExports.initialize();
      System.out.println(process.api().map(at -> "ready " + at).orElse("ready"));
      process.obey(
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), System.out);
      new CountDownLatch(1).await(); // The end of its input ends nothing.
    } catch (InvalidConfigException | IOException e) {
      System.err.println(e.getMessage());
      System.exit(WRONG_USE);
    } catch (InterruptedException e) {
      System.exit(1);
    }
  }

  private int start(DaemonConfig config) throws IOException, InterruptedException {
    Clock clock = Clock.systemUTC();
    Tokens tokens = Tokens.read(config.tokenFile());
    FileControlStore store = keep(FileControlStore.open(config.stateFolder()));
    HazelcastBoard board = keep(join(config.topology().hazelcastMembers()));
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
            Main::broken,
            decisionHeader());
    AdminApi api = new AdminApi(tokens, replicated, events, clock);
    Optional<EndpointDaemons> daemons = daemons(config, vertx, client);
    // Before anything is done to a database: a daemon that nobody can talk to must not act.
    int port = listen(api, vertx, config.listen());
    for (ServicePolicy policy : config.policies()) {
      Topology.Service service =
          config.topology().services().stream()
              .filter(each -> each.name().equals(policy.service()))
              .findFirst()
              .orElseThrow();
      api.add(
          keep(
              daemons.isPresent() && service.endpoints().getFirst().daemon().isPresent()
                  ? ServiceSupervisor.commanding(daemons.get(), service, policy, around)
                  : new ServiceSupervisor(service, policy, store, around)));
    }
    DefaultExports.initialize();
    return port;
  }

  private static Optional<EndpointDaemons> daemons(
      DaemonConfig config, Vertx vertx, WebClient client) throws IOException {
    if (config.endpoints().isEmpty()) {
      return Optional.empty();
    }
    DaemonConfig.Endpoints endpoints = config.endpoints().get();
    FileEpochStore records = FileEpochStore.open(endpoints.control());
    return Optional.of(new EndpointDaemons(vertx, client, records, endpoints.tokenFile()));
  }

  /** The first member of the list is this daemon. */
  private static HazelcastBoard join(List<String> members) throws IOException {
    HostPort own = HostPort.parse(members.getFirst());
    try {
      return HazelcastBoard.join(own.host(), own.port(), members);
    } catch (HazelcastException e) {
      throw new IOException(
          "hazelcast.members: cannot listen on "
              + own
              + ": "
              + e.getMessage()
              + "; stop the process that listens there or choose another port",
          e);
    }
  }

  private static int listen(AdminApi api, Vertx vertx, HostPort address)
      throws IOException, InterruptedException {
    try {
      return api.listen(vertx, address.host(), address.port())
          .map(HttpServer::actualPort)
          .toCompletionStage()
          .toCompletableFuture()
          .get();
    } catch (ExecutionException e) {
      throw new IOException(
          "daemon.listen: cannot listen on "
              + address
              + ": "
              + e.getCause()
              + "; stop the process that listens there or choose another port",
          e);
    }
  }

  private static Function<RouteWriter.Listener, RouteWriter> writers(
      DaemonConfig.Gateway gateway, WebClient client) {
    return listener -> new RouteWriter(gateway.adminUrl(), gateway.keyFile(), client, listener);
  }

  private static void broken(Throwable defect) {
    log.error("a defect ended a part of this daemon; the process ends too, start it again", defect);
    // On a thread of its own: the shutdown waits for the one that reports.
    Thread.ofPlatform().start(() -> System.exit(1));
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
