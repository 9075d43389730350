package io.understudy.daemon.wire;

import io.understudy.model.config.HostPort;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.TrustOptions;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections of one daemon, on one event loop: it dials, accepts, decides who is who, and
 * notices silence.
 */
final class Hub extends VerticleBase implements Connection.Owner {
  private static final Logger log = LoggerFactory.getLogger(Hub.class);
  private static final Set<String> TLS = Set.of("TLSv1.3");
  private static final long RELOAD_MILLIS = 1000;
  private static final int REFUSALS_LOGGED_MAX = 10;

  private final WireSettings settings;
  private final Credentials credentials;
  private final WireVersions versions;
  private final Set<Connection> connections = new HashSet<>();
  private final Map<String, Link> links;
  private @Nullable NetServer server;
  private @Nullable NetClient client;
  private volatile int port;
  private boolean stopping;
  private int refusals;

  Hub(
      WireSettings settings,
      WireSurroundings around,
      Credentials credentials,
      WireVersions versions,
      Peers.Inbox inbox) {
    this.settings = settings;
    this.credentials = credentials;
    this.versions = versions;
    Map<String, Link> all = new TreeMap<>();
    for (String peer : settings.peers().keySet()) {
      Mailbox mailbox = new Mailbox(peer, inbox, settings.limits(), new LinkValve(peer));
      all.put(peer, new Link(peer, mailbox, new Backoff(around.random())));
    }
    this.links = Map.copyOf(all);
  }

  Map<String, Link> links() {
    return links;
  }

  int port() {
    return port;
  }

  void endMailboxes() throws InterruptedException {
    for (Link link : links.values()) {
      link.mailbox.close();
    }
  }

  @Override
  public Future<?> start() {
    HostPort listen = settings.listen();
    client = vertx.createNetClient(clientOptions());
    server =
        vertx
            .createNetServer(serverOptions())
            .connectHandler(this::accepted)
            .exceptionHandler(e -> refused("a connection that came in", Failure.words(e)));
    return server.listen(listen.port(), listen.host()).onSuccess(this::listening);
  }

  private void listening(NetServer listening) {
    port = listening.actualPort();
    log.info(
        "{}: listens on {}:{} for {}",
        settings.endpoint(),
        settings.listen().host(),
        port,
        settings.peers().keySet());
    vertx.setTimer(settings.limits().tick().toMillis(), _ -> tick());
    vertx.setTimer(RELOAD_MILLIS, _ -> reload());
    links.values().stream().filter(link -> settings.dials(link.peer)).forEach(this::dial);
  }

  @Override
  public Future<?> stop() {
    stopping = true;
    for (Connection connection : List.copyOf(connections)) {
      connection.end("this daemon ends");
    }
    // The server, the client and the timers are this deployment's, and go with it.
    return Future.succeededFuture();
  }

  private NetServerOptions serverOptions() {
    NetServerOptions options = new NetServerOptions();
    options.setSsl(true).setClientAuth(ClientAuth.REQUIRED);
    options.setEnabledSecureTransportProtocols(TLS);
    options.setKeyCertOptions(KeyCertOptions.wrap(new OwnKey(credentials)));
    options.setTrustOptions(TrustOptions.wrap(new PeerTrust(credentials)));
    options.setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    options.setSslHandshakeTimeout(settings.limits().handshake().toMillis());
    return options;
  }

  private NetClientOptions clientOptions() {
    NetClientOptions options = new NetClientOptions();
    // Names are those of endpoints, not of hosts; they are compared after the handshake.
    options.setSsl(true).setHostnameVerificationAlgorithm("");
    options.setEnabledSecureTransportProtocols(TLS);
    options.setKeyCertOptions(KeyCertOptions.wrap(new OwnKey(credentials)));
    options.setTrustOptions(TrustOptions.wrap(new PeerTrust(credentials)));
    options.setConnectTimeout((int) settings.limits().silence().toMillis());
    options.setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    options.setSslHandshakeTimeout(settings.limits().handshake().toMillis());
    return options;
  }

  /** One shot after another, so that a pause of the process is not taken for many ticks at once. */
  private void tick() {
    refusals = 0;
    for (Connection connection : List.copyOf(connections)) {
      connection.tick();
      if (credentials.expired(connection.peer().certificate())) {
        connection.end("the certificate of its peer expired while it was open: renew it");
      }
    }
    if (!stopping) {
      vertx.setTimer(settings.limits().tick().toMillis(), _ -> tick());
    }
  }

  private void reload() {
    vertx
        .executeBlocking(() -> {
          credentials.reload();
          return true;
        })
        .onComplete(_ -> {
          if (!stopping) {
            vertx.setTimer(RELOAD_MILLIS, _ -> reload());
          }
        });
  }

  // Dialling

  private void dial(Link link) {
    HostPort address = settings.peers().get(link.peer);
    NetClient dialler = client;
    if (stopping || address == null || dialler == null) {
      return;
    }
    dialler
        .connect(address.port(), address.host())
        .onSuccess(socket -> reached(link, socket))
        .onFailure(e -> {
          troubled(link, "cannot connect to " + address + ": " + Failure.words(e));
          dialLater(link);
        });
  }

  private void dialLater(Link link) {
    if (!stopping) {
      vertx.setTimer(link.backoff.next().toMillis(), _ -> dial(link));
    }
  }

  private void reached(Link link, NetSocket socket) {
    try {
      begin(socket, Optional.of(link.peer))
          .greet(new Hello(versions, settings.endpoint(), link.peer));
    } catch (SSLPeerUnverifiedException e) {
      socket.close();
      troubled(link, Failure.words(e));
      dialLater(link);
    }
  }

  private void accepted(NetSocket socket) {
    try {
      begin(socket, Optional.empty());
    } catch (SSLPeerUnverifiedException e) {
      socket.close();
      refused(String.valueOf(socket.remoteAddress()), Failure.words(e));
    }
  }

  /** Takes a connection in, and ends it at once if its certificate names nobody we talk to. */
  private Connection begin(NetSocket socket, Optional<String> dialled)
      throws SSLPeerUnverifiedException {
    X509Certificate[] chain = socket.peerCertificates().toArray(X509Certificate[]::new);
    Connection connection =
        new Connection(
            socket,
            context,
            settings.limits(),
            this,
            new Connection.Peer(dialled, chain[0], String.valueOf(socket.remoteAddress())));
    connections.add(connection);
    connection.start();
    objection(chain, dialled).ifPresent(connection::end);
    return connection;
  }

  private Optional<String> objection(X509Certificate[] chain, Optional<String> dialled) {
    try {
      credentials.verify(chain, dialled.isPresent());
    } catch (CertificateException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    SortedSet<String> names = PeerNames.of(chain[0]);
    String shown = PlainText.of(names.toString());
    if (dialled.isPresent() && !names.contains(dialled.get())) {
      return Optional.of(
          "its certificate names " + shown + ", but " + dialled.get() + " was dialled");
    }
    if (names.stream().noneMatch(links::containsKey)) {
      return Optional.of(
          "its certificate names " + shown + ", none of the peers " + links.keySet());
    }
    return Optional.empty();
  }

  @Override
  public int greeted(Connection connection, Hello hello) throws WireException {
    Link link = links.get(hello.from());
    SortedSet<String> names = PeerNames.of(connection.peer().certificate());
    if (link == null || !names.contains(hello.from())) {
      throw new WireException(
          "it calls itself "
              + hello.from()
              + ", but its certificate names "
              + PlainText.of(names.toString()));
    }
    if (!hello.to().equals(settings.endpoint())) {
      throw new WireException(
          hello.from() + " wants " + hello.to() + ", but this is " + settings.endpoint());
    }
    int version = versions.agree(settings.endpoint(), hello.from(), hello.versions());
    Optional<String> dialled = connection.peer().dialled();
    if (dialled.isPresent() && !dialled.get().equals(hello.from())) {
      throw new WireException(dialled.get() + " was dialled, and " + hello.from() + " answers");
    }
    if (dialled.isEmpty()) {
      if (settings.dials(hello.from())) {
        throw new WireException(
            hello.from() + " dialled " + settings.endpoint() + ", but the lower name dials");
      }
      connection.greet(new Hello(versions, settings.endpoint(), hello.from()));
    }
    open(link, connection, version);
    return version;
  }

  /** The newest connection counts: the peer knows better than we whether the last one is dead. */
  private void open(Link link, Connection connection, int version) {
    Connection before = link.connection();
    if (before != null) {
      before.end("the peer has connected anew");
    }
    link.connect(connection);
    log.info(
        "{}: {} disconnected -> connected address={} version={}",
        settings.endpoint(),
        link.peer,
        connection.peer().address(),
        version);
  }

  @Override
  public void received(Connection connection, ByteBuffer body) {
    link(connection).ifPresent(link -> link.mailbox.received(connection, body));
  }

  @Override
  public void ended(Connection connection, String cause) {
    connections.remove(connection);
    Optional<Link> open = link(connection);
    Optional<Link> dialled = connection.peer().dialled().map(links::get);
    if (open.isPresent()) {
      open.get().disconnect();
      log.warn(
          "{}: {} connected -> disconnected cause={}", settings.endpoint(), open.get().peer, cause);
    } else if (dialled.isPresent()) {
      troubled(dialled.get(), cause);
    } else {
      refused(
          connection.peer().address()
              + " with a certificate of "
              + PlainText.of(PeerNames.of(connection.peer().certificate()).toString()),
          cause);
    }
    if (dialled.isPresent()) {
      if (connection.proven()) {
        dialled.get().backoff.reset();
      }
      dialLater(dialled.get());
    }
  }

  private Optional<Link> link(Connection connection) {
    return links.values().stream().filter(link -> link.connection() == connection).findFirst();
  }

  private void troubled(Link link, String cause) {
    if (link.news(cause)) {
      log.warn("{}: {} not connected cause={}", settings.endpoint(), link.peer, cause);
    }
  }

  /** Bounded: whoever can reach the port could otherwise fill the log. */
  private void refused(String who, String cause) {
    refusals++;
    if (refusals <= REFUSALS_LOGGED_MAX) {
      log.warn("{}: refused {} cause={}", settings.endpoint(), who, cause);
    }
  }

  /** Brings what a mailbox wants onto the event loop. */
  private final class LinkValve implements Mailbox.Valve {
    private final String peer;

    LinkValve(String peer) {
      this.peer = peer;
    }

    @Override
    public void resume() {
      context.runOnContext(_ -> {
        Link link = links.get(peer);
        Connection current = link == null ? null : link.connection();
        if (current != null) {
          current.resume();
        }
      });
    }

    @Override
    public void refuse(Connection connection, String reason) {
      context.runOnContext(_ -> connection.end(reason));
    }
  }
}
