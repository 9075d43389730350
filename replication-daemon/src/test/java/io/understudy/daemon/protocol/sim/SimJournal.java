package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** A journal on a disk that forgets what was not synced, and whose bits may flip. */
final class SimJournal {
  private final List<Frame> frames = new ArrayList<>();
  private final List<Tip> tips = new ArrayList<>(); // tips.get(i) is the tip after frames.get(i)
  private Tip base = Tip.NONE;
  private int synced;
  private int firstDamaged = Integer.MAX_VALUE;
  private long changes;
  private int generation; // a sync that was begun in an earlier one completes in vain

  /** Grows whenever what is durable changes. */
  long changes() {
    return changes;
  }

  Tip tip() {
    return tipAt(frames.size());
  }

  Tip syncedTip() {
    return tipAt(synced);
  }

  int size() {
    return frames.size();
  }

  int synced() {
    return synced;
  }

  int generation() {
    return generation;
  }

  Tip tipAt(int count) {
    return count == 0 ? base : tips.get(count - 1);
  }

  void append(List<Frame> more) {
    for (Frame frame : more) {
      tips.add(tip().then(frame));
      frames.add(frame);
    }
  }

  void sync(int count) {
    synced = Math.max(synced, count);
    changes++;
  }

  /** Loses a part of what was not synced; returns how many frames. */
  int crash(SplittableRandom random) {
    int kept = synced + random.nextInt(frames.size() - synced + 1);
    int lost = frames.size() - kept;
    shortenTo(kept);
    return lost;
  }

  boolean flipBit(SplittableRandom random) {
    if (synced == 0) {
      return false;
    }
    firstDamaged = Math.min(firstDamaged, synced - 1 - random.nextInt(Math.min(synced, 6)));
    return true;
  }

  /** Syncs, reads everything back, cuts at the first damage. */
  Tip scan() {
    shortenTo(Math.min(firstDamaged, frames.size()));
    synced = frames.size();
    changes++;
    return tip();
  }

  boolean damaged() {
    return firstDamaged < frames.size();
  }

  Tip truncate(Tip to) {
    int count = frames.size();
    while (count > 0 && tipAt(count).position().compareTo(to.position()) > 0) {
      count--;
    }
    shortenTo(count);
    synced = count;
    changes++;
    return tip();
  }

  void reset(Tip newBase) {
    shortenTo(0);
    base = newBase;
    synced = 0;
  }

  /** Drops old frames, as retention does. */
  void forget(int count) {
    if (count <= synced && count < firstDamaged) {
      base = tipAt(count);
      frames.subList(0, count).clear();
      tips.subList(0, count).clear();
      synced -= count;
      if (firstDamaged != Integer.MAX_VALUE) {
        firstDamaged -= count;
      }
    }
  }

  /** How many frames there are up to {@code after}; empty if that is not a tip of this journal. */
  Optional<Integer> find(Tip after) {
    for (int count = frames.size(); count >= 0; count--) {
      Tip at = tipAt(count);
      if (at.position().compareTo(after.position()) <= 0) {
        return at.equals(after) ? Optional.of(count) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Frames past the first {@code from}; empty list at the end, empty if damage is in the way. */
  Optional<List<Frame>> read(int from, Position upTo, int max) {
    int end = from;
    while (end < frames.size()
        && end - from < max
        && frames.get(end).position().compareTo(upTo) <= 0) {
      if (end >= firstDamaged) {
        return end == from ? Optional.empty() : Optional.of(List.copyOf(frames.subList(from, end)));
      }
      end++;
    }
    return Optional.of(List.copyOf(frames.subList(from, end)));
  }

  private void shortenTo(int count) {
    generation++;
    changes++;
    frames.subList(count, frames.size()).clear();
    tips.subList(count, tips.size()).clear();
    synced = Math.min(synced, count);
    if (firstDamaged >= count) {
      firstDamaged = Integer.MAX_VALUE;
    }
  }
}
