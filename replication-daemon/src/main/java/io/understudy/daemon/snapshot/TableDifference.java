package io.understudy.daemon.snapshot;

import io.understudy.daemon.capture.TableName;
import java.util.List;

/**
 * How one table of a shadow differs from the primary's. Names keys, never other values.
 *
 * @param missing rows that only the primary has
 * @param surplus rows that only the shadow has
 * @param changed rows with the same key and other values
 * @param firstKey lowest key of all these, a text per column; whole numbers in their own order,
 *     everything else in that of its characters. Empty for a table without a key, whose rows are
 *     not counted
 * @param lastKey highest key of all these
 */
public record TableDifference(
    TableName table,
    long missing,
    long surplus,
    long changed,
    List<String> firstKey,
    List<String> lastKey) {
  public TableDifference {
    firstKey = List.copyOf(firstKey);
    lastKey = List.copyOf(lastKey);
  }

  /** Rows that differ. */
  public long rows() {
    return missing + surplus + changed;
  }

  /** For people. */
  @Override
  public String toString() {
    if (firstKey.isEmpty()) {
      return table + " (no key)";
    }
    return table
        + " ("
        + missing
        + " missing, "
        + surplus
        + " surplus, "
        + changed
        + " changed, keys "
        + firstKey
        + " to "
        + lastKey
        + ")";
  }
}
