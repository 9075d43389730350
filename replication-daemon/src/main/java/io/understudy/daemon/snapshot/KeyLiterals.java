package io.understudy.daemon.snapshot;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys on their way to one statement, one PostgreSQL array literal per column (PostgreSQL manual,
 * "Array Input and Output Syntax").
 *
 * <p>Every value is quoted, so that none can be taken for NULL, a delimiter or an inner array.
 */
final class KeyLiterals {
  private final List<StringBuilder> columns = new ArrayList<>();
  private int rows;
  private long characters;

  KeyLiterals(int columnCount) {
    for (int i = 0; i < columnCount; i++) {
      columns.add(new StringBuilder("{"));
    }
  }

  void add(List<@Nullable String> row) {
    for (int i = 0; i < columns.size(); i++) {
      StringBuilder column = columns.get(i);
      int before = column.length();
      if (rows > 0) {
        column.append(',');
      }
      append(column, row.get(i));
      characters += column.length() - before;
    }
    rows++;
  }

  int rows() {
    return rows;
  }

  /** Length of all literals together. */
  long characters() {
    return characters;
  }

  /** The literals; nothing can be added any more. */
  List<String> finish() {
    return columns.stream().map(column -> column.append('}').toString()).toList();
  }

  private static void append(StringBuilder out, @Nullable String value) {
    if (value == null) {
      out.append("NULL");
      return;
    }
    out.append('"');
    if (value.indexOf('"') < 0 && value.indexOf('\\') < 0) {
      out.append(value);
    } else {
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '"' || c == '\\') {
          out.append('\\');
        }
        out.append(c);
      }
    }
    out.append('"');
  }
}
