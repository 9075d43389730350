package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where every epoch ended: it tells which part of any journal is the service's history. Without it
 * a voter that slept through two promotions would keep a tail that nobody else has.
 *
 * @param starts one entry per epoch that was decided, ascending; the first has an empty past
 */
public record CutHistory(List<Start> starts) {
  /**
   * One epoch's beginning.
   *
   * @param epoch fencing number
   * @param cut what was history when it began
   */
  public record Start(long epoch, Tip cut) {}

  public CutHistory {
    starts = List.copyOf(starts);
    if (starts.isEmpty()) {
      throw new IllegalArgumentException("a history begins with an epoch");
    }
  }

  /** A service that begins with this epoch and no past. */
  public static CutHistory from(long epoch) {
    return new CutHistory(List.of(new Start(epoch, Tip.NONE)));
  }

  /** This history, and then an epoch that begins after {@code cut}. */
  public CutHistory then(long epoch, Tip cut) {
    if (epoch <= last().epoch() || !cut.reaches(last().cut().position())) {
      throw new IllegalArgumentException(
          "epoch " + epoch + " at " + cut.position() + " does not follow " + last());
    }
    List<Start> next = new ArrayList<>(starts);
    next.add(new Start(epoch, cut));
    return new CutHistory(next);
  }

  public Start last() {
    return starts.getLast();
  }

  /** The part of a journal with this tip that is history: the tip, or the cut that it overran. */
  public Tip validPart(Tip tip) {
    Tip cut = endOf(tip.position().epoch());
    return cut != null && tip.position().compareTo(cut.position()) > 0 ? cut : tip;
  }

  /** The same for a position alone. */
  public Position validPart(Position position) {
    Tip cut = endOf(position.epoch());
    return cut != null && position.compareTo(cut.position()) > 0 ? cut.position() : position;
  }

  private @Nullable Tip endOf(long epoch) {
    for (Start start : starts) {
      if (start.epoch() > epoch) {
        return start.cut();
      }
    }
    return null;
  }
}
