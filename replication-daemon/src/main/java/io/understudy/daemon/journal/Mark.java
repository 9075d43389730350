package io.understudy.daemon.journal;

import io.understudy.model.Position;

/**
 * What must be remembered apart from the segments, because it says what they have to contain.
 *
 * @param acked everything up to here may have been acknowledged
 * @param origin of the first segment that has to be there; older files are left-overs
 */
record Mark(Position acked, Origin origin) {
  Mark acking(Position position) {
    return new Mark(position, origin);
  }

  Mark startingAt(Origin newOrigin) {
    return new Mark(acked, newOrigin);
  }
}
