package io.understudy.daemon.wire;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One peer, over all its connections. Owned by the event loop, but for what others may read. */
final class Link {
  final String peer;
  final Mailbox mailbox;
  final Backoff backoff;

  private final AtomicLong dropped = new AtomicLong();
  // Invariant: open, and the only one.
  private volatile @Nullable Connection connection;
  private final AtomicLong connections = new AtomicLong();
  private String trouble = "";

  Link(String peer, Mailbox mailbox, Backoff backoff) {
    this.peer = peer;
    this.mailbox = mailbox;
    this.backoff = backoff;
  }

  @Nullable Connection connection() {
    return connection;
  }

  void connect(Connection next) {
    connection = next;
    connections.incrementAndGet();
    trouble = "";
    mailbox.connected();
  }

  void disconnect() {
    connection = null;
    mailbox.disconnected();
  }

  void drop() {
    dropped.incrementAndGet();
  }

  /** Whether this is another trouble than the last one, and so worth a line in the log. */
  boolean news(String cause) {
    boolean news = !cause.equals(trouble);
    trouble = cause;
    return news;
  }

  PeerStatus status() {
    Connection current = connection;
    return new PeerStatus(
        current != null,
        connections.get(),
        dropped.get(),
        current == null ? 0 : current.queued(),
        mailbox.pending());
  }
}
