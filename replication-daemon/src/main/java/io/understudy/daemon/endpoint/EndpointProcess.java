package io.understudy.daemon.endpoint;

import io.understudy.daemon.api.Tokens;
import io.understudy.daemon.control.EpochStore;
import io.understudy.daemon.control.FileEpochStore;
import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.Promotion;
import io.understudy.daemon.wire.Peers;
import io.understudy.daemon.wire.PemFiles;
import io.understudy.daemon.wire.TlsPeers;
import io.understudy.daemon.wire.WireLimits;
import io.understudy.daemon.wire.WireSettings;
import io.understudy.daemon.wire.WireSurroundings;
import io.understudy.model.config.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint's daemon as a process. What is read from its input, a line each: {@code status};
 * {@code promote NAME} makes an endpoint the primary of a new epoch, {@code promote NAME
 * allow-data-loss} also if acknowledged commits may be lost by it; {@code durability async|quorum}
 * says whether the primary's commits wait for voters; {@code verify} compares this endpoint's copy
 * with its primary, {@code repair} sends it what differs. The answers of the last two come when
 * they are done.
 */
public final class EndpointProcess implements EndpointDaemon.Surroundings, AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String ANY_LOSS = " allow-data-loss";

  private final EndpointConfig config;
  private final Clocks clocks;
  private final Consumer<Throwable> failed;
  private final FileEpochStore store;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Context carrier = vertx.getOrCreateContext();
  private final EndpointDaemon daemon;
  private @Nullable HttpServer server;

  private EndpointProcess(EndpointConfig config, Clocks clocks, Consumer<Throwable> failed)
      throws IOException {
    this.config = config;
    this.clocks = clocks;
    this.failed = failed;
    Optional<Tokens> tokens = config.api().map(api -> Tokens.read(api.tokenFile()));
    this.store = FileEpochStore.open(config.control());
    store.found(config.settings().service(), config.first());
    // A folder that is there is never taken for that of a new endpoint.
    if (Files.notExists(config.settings().folder())) {
      EndpointDaemon.enrol(config.settings());
    }
    this.daemon = EndpointDaemon.start(config.settings(), this);
    try {
      this.server =
          config.api().isPresent() && tokens.isPresent()
              ? listen(config.api().get().listen(), tokens.get())
              : null;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private HttpServer listen(HostPort address, Tokens tokens) throws IOException {
    EndpointApi api = new EndpointApi(daemon, config.settings(), tokens, clocks.wall());
    try {
      return api.listen(vertx, address.host(), address.port())
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      throw new IOException(
          "api.listen: cannot listen on "
              + address
              + ": "
              + e.getCause()
              + "; stop the process that listens there or choose another port",
          e);
    }
  }

  /** Where it answers over HTTP; empty if it does not. */
  public Optional<HostPort> api() {
    HttpServer listening = server;
    return listening == null
        ? Optional.empty()
        : config.api().map(api -> new HostPort(api.listen().host(), listening.actualPort()));
  }

  /**
   * Starts it, founding the service and enrolling the endpoint if neither is there yet.
   *
   * @param failed hears that it cannot go on
   */
  public static EndpointProcess start(
      EndpointConfig config, Clocks clocks, Consumer<Throwable> failed) throws IOException {
    return new EndpointProcess(config, clocks, failed);
  }

  /** Obeys what is written to its input, until that ends. */
  public void obey(BufferedReader input, PrintStream out) throws IOException {
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      if (line.equals("status")) {
        out.println(daemon.status());
      } else if (line.startsWith("promote ")) {
        promote(line.substring("promote ".length()).strip(), out);
      } else if (line.equals("durability async") || line.equals("durability quorum")) {
        out.println(durability(line.endsWith("async") ? Durability.ASYNC : Durability.QUORUM));
      } else if (line.equals("verify")) {
        tell(daemon.verify("an order"), out);
      } else if (line.equals("repair")) {
        tell(daemon.repair("an order"), out);
      } else {
        out.println(
            "not understood; there are: status, promote NAME, durability async|quorum, verify,"
                + " repair");
      }
    }
  }

  private static void tell(CompletableFuture<?> ordered, PrintStream out) {
    CompletableFuture<?> _ =
        ordered.whenComplete((found, why) -> out.println(why == null ? found : why.getMessage()));
  }

  private String durability(Durability worth) throws IOException {
    try {
      return "durability " + daemon.durability(worth).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (TimeoutException e) {
      return "not yet " + worth + ": it goes on being tried";
    } catch (ExecutionException e) {
      return "not " + worth + ": " + Objects.requireNonNull(e.getCause()).getMessage();
    }
  }

  /** {@code NAME}, or {@code NAME allow-data-loss}. */
  private void promote(String words, PrintStream out) {
    String candidate = words.replaceFirst(ANY_LOSS + "$", "");
    Promotion.Order order =
        candidate.equals(words)
            ? Promotion.Order.of(candidate)
            : new Promotion.Order(candidate, OptionalLong.of(Long.MAX_VALUE));
    try {
      CompletableFuture<Effect.Outcome> outcome = daemon.promote(order, PATIENCE);
      outcome.thenAccept(out::println).join();
    } catch (IllegalArgumentException e) {
      out.println(e.getMessage());
    }
  }

  @Override
  public Peers connect(Peers.Inbox inbox) throws IOException {
    String self = config.settings().self();
    Map<String, HostPort> others = new HashMap<>(config.wires());
    HostPort listen = others.remove(self);
    if (listen == null) {
      throw new IllegalStateException(self + " has no place to listen");
    }
    WireSettings settings =
        new WireSettings(
            self, listen, others, PemFiles.in(config.certificates(), self), WireLimits.DEFAULTS);
    try {
      return TlsPeers.open(
          settings, new WireSurroundings(vertx, new SecureRandom(), clocks.wall()), inbox);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** The only event loop, which the connections use too. */
  @Override
  public Executor carrier() {
    return task -> carrier.runOnContext(_ -> task.run());
  }

  @Override
  public EpochStore store() {
    return store;
  }

  @Override
  public Clocks clocks() {
    return clocks;
  }

  @Override
  public void failed(Throwable reason) {
    failed.accept(reason);
  }

  @Override
  public void close() {
    HttpServer listening = server;
    if (listening != null) {
      listening.close().toCompletionStage().toCompletableFuture().join();
    }
    daemon.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
