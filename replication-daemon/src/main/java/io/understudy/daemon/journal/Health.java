package io.understudy.daemon.journal;

/** What a journal may be used for. */
public sealed interface Health {
  /** Holds everything that was ever acknowledged; counts in a promotion. */
  record Complete() implements Health {}

  /**
   * Something acknowledged is missing; readable up to the damage, never counted as complete until
   * {@link Journal#refetch} and the frames that are missing have made it whole.
   */
  record Incomplete(Damage damage) implements Health {}

  /** A write or an fsync failed: nothing more is appended until the process opens it again. */
  record Failed(JournalException reason) implements Health {}
}
