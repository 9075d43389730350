package io.understudy.daemon.snapshot;

import io.understudy.daemon.capture.TableName;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Counts how one table differs, and between which keys. */
final class DifferenceTally implements LaneRows.Differences {
  private final TableName table;
  private final int keyColumns;
  private long missing;
  private long surplus;
  private long changed;
  private List<String> first = List.of();
  private List<String> last = List.of();

  DifferenceTally(TableName table, int keyColumns) {
    this.table = table;
    this.keyColumns = keyColumns;
  }

  @Override
  public void onlyPrimary(ByteBuffer key) {
    missing++;
    extend(key);
  }

  @Override
  public void onlyShadow(ByteBuffer key) {
    surplus++;
    extend(key);
  }

  @Override
  public void changed(ByteBuffer key) {
    changed++;
    extend(key);
  }

  /** Empty if nothing differs. */
  Optional<TableDifference> difference() {
    return missing + surplus + changed == 0
        ? Optional.empty()
        : Optional.of(new TableDifference(table, missing, surplus, changed, first, last));
  }

  private void extend(ByteBuffer key) {
    List<String> texts = LaneRows.key(key.duplicate(), keyColumns);
    if (first.isEmpty() || compare(texts, first) < 0) {
      first = texts;
    }
    if (last.isEmpty() || compare(texts, last) > 0) {
      last = texts;
    }
  }

  private static int compare(List<String> a, List<String> b) {
    for (int i = 0; i < a.size(); i++) {
      int order = compare(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int compare(String a, String b) {
    return isNumber(a) && isNumber(b)
        ? Long.compare(Long.parseLong(a), Long.parseLong(b))
        : a.compareTo(b);
  }

  private static boolean isNumber(String text) {
    return text.matches("-?[0-9]{1,18}");
  }
}
