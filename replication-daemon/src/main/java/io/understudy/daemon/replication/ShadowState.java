package io.understudy.daemon.replication;

import java.util.Optional;

/** Where a shadow stands in the current epoch. */
public sealed interface ShadowState {

  /** The state's name in the audit, the Admin API and the documentation. */
  default String word() {
    return switch (this) {
      case Seeding seeding -> "SEEDING";
      case CatchingUp catchingUp -> "CATCHING_UP";
      case InSync inSync -> "IN_SYNC";
      case Diverged diverged -> "DIVERGED";
      case Failed failed -> "FAILED";
    };
  }

  /** What is wrong with it, and the remedy; empty while nothing is. */
  default Optional<String> problem() {
    return switch (this) {
      case Seeding _, CatchingUp _, InSync _ -> Optional.empty();
      case Diverged(String what) ->
          Optional.of("differs from the primary: " + what + "; repair it");
      case Failed(String reason) -> Optional.of(reason);
    };
  }

  /**
   * The first copy runs; nothing can be read there yet.
   *
   * @param rows rows copied
   * @param bytes bytes copied
   * @param bytesExpected estimate of the whole copy from the catalogue, bytes; 0 while unknown
   */
  record Seeding(long rows, long bytes, long bytesExpected) implements ShadowState {}

  /** It is a prefix of the commit order, further back than the bound. */
  record CatchingUp() implements ShadowState {}

  /** Its lag is inside the bound. */
  record InSync() implements ShadowState {}

  /**
   * It goes on applying, and a comparison found other rows than the primary's: nobody may read them
   * before it is repaired.
   *
   * @param what tables with numbers of rows and ranges of keys, no other values
   */
  record Diverged(String what) implements ShadowState {}

  /**
   * It was given up and needs a new copy, see {@link Replication#reseed}.
   *
   * @param reason what happened, where, and the remedy; never row values
   */
  record Failed(String reason) implements ShadowState {}
}
