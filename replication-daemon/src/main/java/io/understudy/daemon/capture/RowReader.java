package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows out of structs of one event schema.
 *
 * <p>A large value that an UPDATE left alone is not in the log; Debezium puts a placeholder there,
 * which is random per process so that no application's value can be mistaken for it.
 */
final class RowReader {

  /**
   * What was found in one struct.
   *
   * @param row values of the columns that are there
   * @param unchanged columns whose value was left alone
   * @param unreadable the first column with a value that cannot be carried exactly
   */
  record Reading(Row row, List<String> unchanged, Optional<Field> unreadable) {}

  private final List<Field> fields;
  private final Columns all;
  private final Map<String, ColumnText> writers = new HashMap<>();
  private final String placeholder;
  private final String placeholderBytes;

  RowReader(Schema schema, String placeholder) {
    this.fields = schema.fields();
    this.all = Columns.of(fields.stream().map(Field::name).toList());
    this.placeholder = placeholder;
    this.placeholderBytes = "\\x" + HexFormat.of().formatHex(placeholder.getBytes(UTF_8));
    for (Field field : fields) {
      ColumnText.of(field.schema()).ifPresent(writer -> writers.put(field.name(), writer));
    }
  }

  Reading read(Struct struct) {
    List<String> columns = new ArrayList<>(fields.size());
    List<@Nullable String> values = new ArrayList<>(fields.size());
    List<String> unchanged = new ArrayList<>(0);
    Field unreadable = null;
    for (Field field : fields) {
      Object value = struct.getWithoutDefault(field.name());
      if (value == null) {
        columns.add(field.name());
        values.add(null);
        continue;
      }
      ColumnText writer = writers.get(field.name());
      if (writer == null) {
        unreadable = unreadable == null ? field : unreadable;
        continue;
      }
      String text = writer.text(value);
      if (text.equals(placeholder) || text.equals(placeholderBytes)) {
        unchanged.add(field.name());
      } else {
        columns.add(field.name());
        values.add(text);
      }
    }
    boolean whole = columns.size() == fields.size();
    Row row = new Row(whole ? all : Columns.of(columns), values);
    return new Reading(row, unchanged, Optional.ofNullable(unreadable));
  }
}
