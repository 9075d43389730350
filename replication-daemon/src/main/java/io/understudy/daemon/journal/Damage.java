package io.understudy.daemon.journal;

import io.understudy.model.Position;

/**
 * Where a journal stops being what was acknowledged.
 *
 * @param file name inside the journal's folder
 * @param offset of the first byte that is not good, bytes
 * @param readableTo everything up to here is intact; what follows must be fetched again
 */
public record Damage(String file, long offset, Position readableTo, String reason) {
  @Override
  public String toString() {
    return file + " at " + offset + ": " + reason + " (intact up to " + readableTo + ")";
  }
}
