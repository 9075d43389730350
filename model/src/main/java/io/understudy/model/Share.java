package io.understudy.model;

/**
 * Part of a cohort's users whose reads the shadow serves.
 *
 * @param basisPoints 0 (nobody) to 10000 (everybody)
 */
public record Share(int basisPoints) implements Comparable<Share> {
  public static final int WHOLE = 10_000;
  public static final Share NONE = new Share(0);
  public static final Share ALL = new Share(WHOLE);

  public Share {
    if (basisPoints < 0 || basisPoints > WHOLE) {
      throw new IllegalArgumentException(
          "share " + basisPoints + " is not in 0..10000 basis points");
    }
  }

  /** Because a share only grows past a bucket once, a growing share only ever adds users. */
  public boolean admits(int bucket) {
    return bucket < basisPoints;
  }

  @Override
  public int compareTo(Share other) {
    return Integer.compare(basisPoints, other.basisPoints);
  }
}
