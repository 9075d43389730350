package io.understudy.model;

/**
 * A point in a service's commit order: LSNs of different servers are comparable only through the
 * epoch.
 *
 * @param epoch fencing number of the service, from 1; 0 only in {@link #NONE}
 * @param lsn end of the commit record in the log of that epoch's primary
 */
public record Position(long epoch, Lsn lsn) implements Comparable<Position> {
  /** Before everything: nothing has been applied yet. */
  public static final Position NONE = new Position(0, Lsn.ZERO);

  public Position {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch " + epoch + " is negative");
    }
  }

  /**
   * Reads what {@link #toString} writes, for example {@code 3:16/B374D848}.
   *
   * @throws IllegalArgumentException if {@code text} is not of that form
   */
  public static Position parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException(
          "position '" + text + "' is not of the form 3:16/B374D848");
    }
    try {
      return new Position(Long.parseLong(text, 0, colon, 10), Lsn.parse(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "position '" + text + "' is not of the form 3:16/B374D848", e);
    }
  }

  @Override
  public int compareTo(Position other) {
    int byEpoch = Long.compare(epoch, other.epoch);
    return byEpoch == 0 ? lsn.compareTo(other.lsn) : byEpoch;
  }

  @Override
  public String toString() {
    return epoch + ":" + lsn;
  }
}
