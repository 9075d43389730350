package io.understudy.daemon.endpoint;

import io.understudy.model.Position;

/**
 * What is known of a shadow's copy, and what is being done about it.
 *
 * @param work for people: the copy, comparison or repair under way; empty if there is none
 */
public record CopyStatus(Verdict verdict, String work) {
  static final CopyStatus NONE = new CopyStatus(new Verdict.Unknown(), "");

  /** What the last comparison found. */
  public sealed interface Verdict {
    /** Not compared since the copy was made, or since the daemon started. */
    record Unknown() implements Verdict {}

    /** The same rows as the primary's at this position. */
    record Equal(Position at) implements Verdict {}

    /**
     * Other rows than the primary's.
     *
     * @param what tables with numbers of rows and ranges of keys, no other values
     */
    record Different(Position at, String what) implements Verdict {}

    /** Changes cannot be applied to it any more. */
    record Stopped(String reason) implements Verdict {}
  }

  /** Whether it may not serve anybody before it was repaired. */
  public boolean diverged() {
    return switch (verdict) {
      case Verdict.Unknown _, Verdict.Equal _ -> false;
      case Verdict.Different _, Verdict.Stopped _ -> true;
    };
  }
}
