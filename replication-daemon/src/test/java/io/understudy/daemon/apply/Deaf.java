package io.understudy.daemon.apply;

import io.understudy.model.Position;

/** Listens to an applier and does nothing. */
final class Deaf implements Applier.Listener {
  @Override
  public void applied(Position position, long readingMillis) {}

  @Override
  public void retrying(String reason) {}
}
