package io.understudy.daemon.wire;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other daemons, over mutual TLS 1.3; docs/WIRE.md says what travels.
 *
 * <p>Each pair has one connection, which the endpoint with the lower name dials, again and again
 * until it is there. The inbox hears of a peer, in order: {@code connected}, what it sends, {@code
 * disconnected}. {@link #send} may be called on any thread, also on that of the inbox.
 */
public final class TlsPeers implements Peers {
  private static final Logger log = LoggerFactory.getLogger(TlsPeers.class);
  private static final long END_SECONDS_MAX = 20;

  private final Vertx vertx;
  private final WireSettings settings;
  private final Hub hub;
  private final WireCodec codec;
  private final String deployment;
  private final AtomicBoolean closed = new AtomicBoolean();

  private TlsPeers(Vertx vertx, WireSettings settings, Hub hub, String deployment) {
    this.vertx = vertx;
    this.settings = settings;
    this.hub = hub;
    this.codec = new WireCodec(settings.limits().messageBytesMax());
    this.deployment = deployment;
  }

  /**
   * Listens, and begins to dial; not on an event loop.
   *
   * @param inbox is called from now on, even before this returns
   * @throws IOException naming what cannot be read or listened on, with the remedy
   */
  public static TlsPeers open(WireSettings settings, WireSurroundings around, Inbox inbox)
      throws IOException, InterruptedException {
    return open(settings, around, inbox, WireVersions.SPOKEN);
  }

  static TlsPeers open(
      WireSettings settings, WireSurroundings around, Inbox inbox, WireVersions versions)
      throws IOException, InterruptedException {
    Credentials credentials = new Credentials(settings.endpoint(), settings.pem(), around.clock());
    Hub hub = new Hub(settings, around, credentials, versions, inbox);
    try {
      String deployment = await(around.vertx().deployVerticle(hub).toCompletionStage());
      return new TlsPeers(around.vertx(), settings, hub, deployment);
    } catch (ExecutionException | TimeoutException e) {
      hub.endMailboxes();
      throw new IOException(
          "wire of "
              + settings.endpoint()
              + ": cannot listen on "
              + settings.listen()
              + " ("
              + (e.getCause() == null ? e : e.getCause())
              + "); stop the process that listens there or choose another port",
          e);
    }
  }

  /** Where it listens. */
  public int port() {
    return hub.port();
  }

  @Override
  public void send(String to, Parcel parcel) {
    Link link = hub.links().get(to);
    if (link == null) {
      log.debug("{}: nothing can be sent to {}, which is no peer", settings.endpoint(), to);
      return;
    }
    Connection connection = link.connection();
    if (connection == null) {
      link.drop();
      return;
    }
    byte[] body;
    try {
      body = codec.encode(parcel);
    } catch (IllegalArgumentException e) {
      link.drop();
      log.error(
          "{}: a {} for {} cannot be sent: {}; raise messageBytesMax on every daemon",
          settings.endpoint(),
          parcel.message().getClass().getSimpleName(),
          to,
          e.getMessage());
      return;
    }
    if (!connection.offer(body)) {
      link.drop();
    }
  }

  /**
   * How it stands with a peer.
   *
   * @throws IllegalArgumentException if it is none
   */
  public PeerStatus status(String peer) {
    Link link = hub.links().get(peer);
    if (link == null) {
      throw new IllegalArgumentException(peer + " is no peer of " + settings.endpoint());
    }
    return link.status();
  }

  /**
   * Closes every connection; no timer, socket or thread of it is left. The inbox is not called once
   * this has returned, and hears of no disconnections that this makes. Not on an event loop.
   */
  @Override
  public void close() {
    if (Context.isOnEventLoopThread()) {
      throw new IllegalStateException("close waits, so it must not be called on an event loop");
    }
    if (closed.getAndSet(true)) {
      return;
    }
    try {
      hub.endMailboxes();
      await(vertx.undeploy(deployment).toCompletionStage());
    } catch (ExecutionException | TimeoutException e) {
      log.warn("{}: did not close in order: {}", settings.endpoint(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T await(CompletionStage<T> stage)
      throws ExecutionException, TimeoutException, InterruptedException {
    Future<T> future = stage.toCompletableFuture();
    return future.get(END_SECONDS_MAX, TimeUnit.SECONDS);
  }
}
