package io.understudy.daemon.capture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values of some columns of one row, in PostgreSQL's text form; SQL NULL is null.
 *
 * @param columns column names
 * @param values as many values
 */
public record Row(List<String> columns, List<@Nullable String> values) {
  public Row {
    if (columns.size() != values.size()) {
      throw new IllegalArgumentException(
          columns.size() + " columns but " + values.size() + " values");
    }
    columns = List.copyOf(columns);
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }

  /** Estimate of the memory that the values take, bytes. */
  long bytes() {
    long bytes = 64;
    for (String value : values) {
      bytes += value == null ? 8 : 48 + value.length();
    }
    return bytes;
  }

  /** Never the values: rows end up in logs by mistake. */
  @Override
  public String toString() {
    return "Row" + columns;
  }
}
