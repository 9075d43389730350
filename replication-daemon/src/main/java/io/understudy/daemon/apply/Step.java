package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.capture.TableName;
import java.util.List;

/** One part of a group's net effect. Their order counts. */
sealed interface Step {

  /** Tables that lose the rows they had before the group. */
  record Truncate(List<TableName> tables) implements Step {}

  /**
   * Rows of one table to which the same happens.
   *
   * @param rows the values of the shape's parameters, row by row; no two rows have the same key
   */
  record Batch(Shape shape, List<Row> rows) implements Step {}

  /** Changes of one table that must be made one after the other. */
  record InOrder(List<Change> changes) implements Step {}
}
