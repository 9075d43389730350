package io.understudy.testbed.bench.sync;

import java.io.IOException;
import java.sql.SQLException;

/** A way to bring the primary's commits to every shadow; it can be stopped and go on. */
interface Pipeline {
  /** Database of the shadows that it writes to. */
  String database();

  /** Makes everything that has to stand before the first commit, and leaves it stopped. */
  void prepare() throws SQLException, IOException;

  /** Waits until only {@link #start} is left. */
  void arm() throws IOException;

  /** Lets it run. */
  void start() throws SQLException, IOException;

  /** Stops it; what it has not brought yet comes after the next start. */
  void stop() throws SQLException, IOException;

  /** Processor seconds of its processes outside the database servers since it was armed. */
  double ownProcessorSeconds() throws IOException;
}
