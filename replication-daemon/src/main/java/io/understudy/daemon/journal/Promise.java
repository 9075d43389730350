package io.understudy.daemon.journal;

import io.understudy.model.Names;

/**
 * A voter's word that it takes nothing from older epochs any more.
 *
 * @param epoch from 1
 * @param candidate endpoint that is to be the primary of that epoch
 */
public record Promise(long epoch, String candidate) {
  public Promise {
    if (epoch < 1) {
      throw new IllegalArgumentException("epoch " + epoch + " is below 1");
    }
    Names.require("candidate", candidate);
  }
}
