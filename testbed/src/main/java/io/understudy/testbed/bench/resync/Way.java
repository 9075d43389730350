package io.understudy.testbed.bench.resync;

import java.sql.SQLException;

/** A way to bring a copy of the table up to date. */
interface Way {
  /** As in the table and the figures; also the name of its database on the shadow. */
  String name();

  /** Makes what has to stand before the first copy. */
  void prepare() throws SQLException, InterruptedException;

  /** Brings the copy up to date; what is measured. */
  void copy() throws SQLException, InterruptedException;

  /** Takes away what a copy leaves behind. */
  void tidy() throws SQLException;
}
