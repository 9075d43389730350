package io.understudy.daemon.protocol;

import io.understudy.model.Position;

/**
 * Where a journal ends: two journals with equal tips hold the same transactions in the same order.
 *
 * @param position of its last frame
 * @param chain hash over all frames up to and with that one; it finds accidents, not forgery
 */
public record Tip(Position position, long chain) {
  /** The tip of an empty journal. */
  public static final Tip NONE = new Tip(Position.NONE, 0);

  private static final long ODD = 0x9E3779B97F4A7C15L;

  /**
   * The tip after one more frame.
   *
   * @throws IllegalArgumentException if the frame does not come later
   */
  public Tip then(Frame frame) {
    if (frame.position().compareTo(position) <= 0) {
      throw new IllegalArgumentException(frame.position() + " does not follow " + position);
    }
    long mixed = (chain ^ frame.digest()) * ODD + frame.position().lsn().value();
    mixed = (mixed ^ mixed >>> 29) * ODD + frame.position().epoch();
    return new Tip(frame.position(), mixed ^ mixed >>> 32);
  }

  /** Whether this journal ends at {@code other} or later. */
  public boolean reaches(Position other) {
    return position.compareTo(other) >= 0;
  }
}
