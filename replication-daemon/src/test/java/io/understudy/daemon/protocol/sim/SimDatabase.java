package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * A database as its commit log. What it committed or applied survives a crash. While COMMIT does
 * not wait, it closes itself in time: that is its server's doing, and needs no daemon.
 */
final class SimDatabase {
  private final List<Frame> log = new ArrayList<>();
  private final List<Tip> tips = new ArrayList<>();
  private final List<Frame> waiting = new ArrayList<>(); // COMMIT has not returned
  private long openEpoch; // 0 while writes are refused
  private Position slot = Position.NONE;
  private boolean commitsWait = true;
  private long closedByMillis = Long.MAX_VALUE; // counts while commits do not wait
  private int openings;

  Tip tip() {
    return tips.isEmpty() ? Tip.NONE : tips.getLast();
  }

  long openEpoch() {
    return openEpoch;
  }

  void open(long epoch, boolean waits) {
    openEpoch = epoch;
    commitsWait = waits;
    openings++;
  }

  int openings() {
    return openings;
  }

  boolean commitsWait() {
    return commitsWait;
  }

  void closeBy(long millis) {
    closedByMillis = millis;
  }

  void relax() {
    commitsWait = false;
  }

  /** Everything that did not wait is at or before what this returns. */
  Position tighten() {
    commitsWait = true;
    return tip().position();
  }

  /** A server that starts anew lets commits wait, whatever it did before. */
  void restart() {
    commitsWait = true;
    disconnectClients();
  }

  /** Whether clients may get an answer to a COMMIT from this server alone. */
  boolean answersAlone(long nowMillis) {
    return openEpoch != 0 && !commitsWait && nowMillis < closedByMillis;
  }

  /** Whether the time has come to close itself. */
  boolean over(long nowMillis) {
    return openEpoch != 0 && !commitsWait && nowMillis >= closedByMillis;
  }

  void close() {
    openEpoch = 0;
    disconnectClients();
  }

  /** Clients never learn what became of their commits. */
  void disconnectClients() {
    waiting.clear();
  }

  Position slot() {
    return slot;
  }

  /** Returns the commits whose clients are told now. */
  List<Frame> confirm(Position position) {
    slot = position;
    List<Frame> told = new ArrayList<>();
    while (!waiting.isEmpty() && waiting.getFirst().position().compareTo(position) <= 0) {
      told.add(waiting.removeFirst());
    }
    return told;
  }

  Frame commit(long digest) {
    Position last = tip().position();
    long lsn = last.epoch() == openEpoch ? last.lsn().value() + 1 : 1;
    Frame frame = new Frame(new Position(openEpoch, new Lsn(lsn)), digest);
    apply(frame);
    if (commitsWait) {
      waiting.add(frame);
    }
    return frame;
  }

  void apply(Frame frame) {
    tips.add(tip().then(frame));
    log.add(frame);
  }

  List<Frame> after(Position position) {
    return List.copyOf(log.subList(count(position), log.size()));
  }

  boolean contains(Frame frame) {
    int count = count(frame.position());
    return count > 0 && log.get(count - 1).equals(frame);
  }

  Tip tipAt(Position position) {
    int count = count(position);
    return count == 0 ? Tip.NONE : tips.get(count - 1);
  }

  /** Becomes equal to a prefix of another database. */
  void becomePrefixOf(SimDatabase other, Position upTo) {
    int count = other.count(upTo);
    log.clear();
    tips.clear();
    log.addAll(other.log.subList(0, count));
    tips.addAll(other.tips.subList(0, count));
  }

  private int count(Position upTo) {
    int count = log.size();
    while (count > 0 && log.get(count - 1).position().compareTo(upTo) > 0) {
      count--;
    }
    return count;
  }
}
