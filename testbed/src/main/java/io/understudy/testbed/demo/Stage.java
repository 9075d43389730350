package io.understudy.testbed.demo;

import io.understudy.testbed.process.Child;
import java.io.IOException;
import java.util.List;

/** Where the play takes place: what can be killed, and what must not die by itself. */
interface Stage {
  /**
   * Kills everything of an endpoint at once and puts its data out of reach.
   *
   * @return how many processes were killed
   */
  int kill(Layout.Endpoint endpoint) throws IOException;

  /** Processes that ended although nobody killed them. */
  List<Child> endedByThemselves();
}
