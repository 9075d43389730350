package io.understudy.daemon.endpoint;

import io.understudy.daemon.endpoint.RecentFrames.Portion;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal in portions for one reader, from memory while it keeps up, from the disk while it
 * lags. One thread uses it.
 */
final class Frames implements Closeable {
  private final Ledger ledger;
  private final RecentFrames recent;
  private Ledger.@Nullable Reading reading;
  private Tip at = Tip.NONE; // the reading's next frame follows it

  Frames(Ledger ledger, RecentFrames recent) {
    this.ledger = ledger;
    this.recent = recent;
  }

  /**
   * The frames that follow a tip, up to a position.
   *
   * @return empty if the journal does not hold what follows
   * @throws IOException if what it holds cannot be read
   */
  Optional<List<Held>> after(Tip after, Position upTo, Portion portion) throws IOException {
    List<Held> quick = recent.after(after, upTo, portion);
    if (!quick.isEmpty()) {
      return Optional.of(quick);
    }
    Ledger.Reading open = reading;
    if (open == null || !at.equals(after) || !ledger.isCurrent(open)) {
      close();
      open = ledger.read(after).orElse(null);
      reading = open;
    }
    return open == null ? Optional.empty() : Optional.of(take(open, after, upTo, portion));
  }

  private List<Held> take(Ledger.Reading open, Tip after, Position upTo, Portion portion)
      throws IOException {
    List<Held> taken = new ArrayList<>();
    long bytes = 0;
    at = after;
    while (taken.size() < portion.framesMax() && bytes < portion.bytesMax()) {
      Optional<Held> next = open.peek();
      if (next.isEmpty() || next.get().position().compareTo(upTo) > 0) {
        break;
      }
      Held held = open.next().orElseThrow();
      taken.add(held);
      at = held.after();
      bytes += held.content().length;
    }
    return taken;
  }

  @Override
  public void close() throws IOException {
    if (reading != null) {
      reading.close();
      reading = null;
    }
  }
}
