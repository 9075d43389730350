package io.understudy.daemon.capture;

import java.util.List;

/** What one statement did to one row, or to one table. */
public sealed interface Change {
  TableName table();

  /** Estimate of the memory that it takes, bytes. */
  default long bytes() {
    return 64;
  }

  /** A new row with all its columns. */
  record Insert(TableName table, Row row) implements Change {
    @Override
    public long bytes() {
      return row.bytes();
    }
  }

  /**
   * A row with new values.
   *
   * @param key identifies the row as it was
   * @param row new values
   * @param unchanged columns whose large values did not change and were not sent
   */
  record Update(TableName table, Row key, Row row, List<String> unchanged) implements Change {
    public Update {
      unchanged = List.copyOf(unchanged);
    }

    @Override
    public long bytes() {
      return key.bytes() + row.bytes();
    }
  }

  /** A row that is gone. */
  record Delete(TableName table, Row key) implements Change {
    @Override
    public long bytes() {
      return key.bytes();
    }
  }

  /** All rows of a table are gone. */
  record Truncate(TableName table) implements Change {}

  /**
   * A change with a value that this capture cannot carry exactly: nobody may apply its transaction.
   *
   * @param column the column
   * @param reason its type, never its value
   */
  record Unreadable(TableName table, String column, String reason) implements Change {}
}
