package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream of a primary's commits. One that ends goes on from its slot; what comes of an earlier
 * one counts for nothing. On the loop, but for {@link #end}.
 */
final class Streaming {
  /** Whose stream it is. */
  interface Owner {
    /** There is a stream now, maybe another one. */
    void streams();

    /** Returns whether this was not known before. */
    boolean captured(CaptureFeed.Captured captured);

    /** Somebody acts in a later epoch. */
    void outbid(long ballot);
  }

  /** What is done to the database before the first stream. Blocks. */
  interface Preparation {
    void run() throws SQLException, InterruptedException;
  }

  /** A captured frame that is not known to be durable. */
  private record Unsynced(Position position, long bytes) {}

  private static final Logger log = LoggerFactory.getLogger(Streaming.class);

  private final Workplace place;
  private final long epoch;
  private final EndpointDatabase.Ready ready;
  private final Owner owner;
  private final Deque<Unsynced> unsynced = new ArrayDeque<>();
  private volatile boolean gone;
  private volatile @Nullable CaptureFeed running; // changed on the loop
  private boolean asked;
  private boolean begun;

  Streaming(Workplace place, long epoch, EndpointDatabase.Ready ready, Owner owner) {
    this.place = place;
    this.epoch = epoch;
    this.ready = ready;
    this.owner = owner;
  }

  /** Begins, if it has not been asked to before. */
  void begin(Preparation preparation) {
    if (asked) {
      return;
    }
    asked = true;
    start(preparation);
  }

  /** Whether there ever was a stream, for which COMMIT waits. */
  boolean hasBegun() {
    return begun;
  }

  /** Up to where everything was captured, and confirmed; empty while nothing runs. */
  Optional<Lsn> told() {
    return Optional.ofNullable(running).map(CaptureFeed::told);
  }

  /** COMMIT returns for everything up to here. */
  void confirm(Position position) {
    CaptureFeed feed = running;
    if (feed != null && position.epoch() == epoch) {
      feed.confirm(position.lsn());
    }
  }

  /** The journal is on the disk up to here. */
  void synced(Tip tip) {
    CaptureFeed feed = running;
    while (!unsynced.isEmpty() && tip.reaches(unsynced.getFirst().position())) {
      long bytes = unsynced.removeFirst().bytes();
      if (feed != null) {
        feed.synced(bytes);
      }
    }
  }

  /** Nothing comes of it any more. */
  void leave() {
    gone = true;
  }

  /** Ends what runs. Blocks. */
  void end() {
    CaptureFeed feed = running;
    if (feed != null) {
      feed.close();
    }
  }

  private void start(Preparation preparation) {
    place.ask(
        () -> {
          preparation.run();
          return place.database().stream(epoch, ready, new Ear());
        },
        () -> !gone,
        new Workplace.Answer<>(this::streams, owner::outbid));
  }

  private void streams(CaptureFeed feed) {
    unsynced.clear();
    running = feed;
    begun = true;
    feed.start();
    owner.streams();
  }

  private void captured(CaptureFeed from, CaptureFeed.Captured captured) {
    if (gone || running != from) {
      return;
    }
    long bytes = captured.content().length;
    if (owner.captured(captured)) {
      unsynced.addLast(new Unsynced(captured.frame().position(), bytes));
    } else {
      from.synced(bytes);
    }
  }

  private void ended(CaptureFeed from) {
    if (gone || running != from) {
      return;
    }
    running = null;
    start(() -> {
      from.close();
      Thread.sleep(place.settings().pace().look());
    });
  }

  /** Hears one stream. */
  private final class Ear implements CaptureFeed.Listener {
    @Override
    public void captured(CaptureFeed from, CaptureFeed.Captured captured)
        throws InterruptedException {
      place.loop().postFromOutside(() -> Streaming.this.captured(from, captured));
    }

    @Override
    public void ended(CaptureFeed from, String reason) {
      log.warn(
          "{} of {}: the stream ended cause={}",
          place.settings().self(),
          place.settings().service(),
          reason);
      place.loop().post(() -> Streaming.this.ended(from));
    }
  }
}
