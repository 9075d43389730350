package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a source knows about one voter. Owned by the {@link SourceRole}. */
final class VoterLink {
  private final SourceLimits limits;
  private final Deque<Position> inFlight = new ArrayDeque<>(); // ends of batches, ascending
  private Tip acked = Tip.NONE; // falls only when the voter says that its journal did
  private Tip sent = Tip.NONE; // Invariant: at or after acked
  private boolean joined;
  private boolean lost;
  private boolean reading;
  private long heardMillis;

  VoterLink(SourceLimits limits) {
    this.limits = limits;
  }

  Position acked() {
    return acked.position();
  }

  Tip sent() {
    return sent;
  }

  boolean joined() {
    return joined && !lost;
  }

  /** It has promised a later epoch: it will never answer this one again. */
  boolean lost() {
    return lost;
  }

  void lose() {
    lost = true;
  }

  void disconnect() {
    joined = false;
    inFlight.clear();
  }

  /** It holds this and no more, and what is sent next follows it. */
  void restartAt(Tip tip, long nowMillis) {
    joined = true;
    reading = false;
    inFlight.clear();
    sent = tip;
    acked = tip;
    heardMillis = nowMillis;
  }

  void ack(Tip tip, long nowMillis) {
    heardMillis = nowMillis;
    while (!inFlight.isEmpty() && tip.reaches(inFlight.getFirst())) {
      inFlight.removeFirst();
    }
    if (tip.reaches(acked.position())) {
      acked = tip;
      sent = tip.reaches(sent.position()) ? tip : sent;
    }
  }

  boolean mayRead(Tip appended) {
    return joined()
        && !reading
        && inFlight.size() < limits.batchesInFlightMax()
        && !sent.reaches(appended.position());
  }

  void read() {
    reading = true;
  }

  /** Whether these frames are what comes next; an answer to a read before a rewind is not. */
  boolean takes(Tip previous) {
    boolean expected = reading;
    reading = false;
    return expected && joined() && previous.equals(sent);
  }

  void sent(Tip last) {
    sent = last;
    inFlight.addLast(last.position());
  }

  /** Goes back to what the voter is known to hold if it has been silent for too long. */
  void rewindIfSilent(long nowMillis) {
    if (!inFlight.isEmpty() && nowMillis - heardMillis > limits.silence().toMillis()) {
      restartAt(acked, nowMillis);
    }
  }
}
