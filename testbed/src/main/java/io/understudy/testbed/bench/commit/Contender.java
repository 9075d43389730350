package io.understudy.testbed.bench.commit;

import java.io.IOException;
import java.sql.SQLException;

/** A way to have commits on more than one machine before they return, or not at all. */
interface Contender {
  String name();

  /** Database of the primary that its clients write to. */
  String database();

  /** Everything that has to stand once. */
  void prepare() throws SQLException, IOException, InterruptedException;

  /** From the return on commits wait as they should, and those who answer have caught up. */
  void begin() throws SQLException, IOException, InterruptedException;

  /** Nothing of it uses the processor any more. */
  void end() throws SQLException, IOException, InterruptedException;
}
