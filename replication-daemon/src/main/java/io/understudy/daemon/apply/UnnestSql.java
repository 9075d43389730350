package io.understudy.daemon.apply;

import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the statement that makes one kind of change to many rows: its parameters are array
 * literals in UTF-8, one per column, and {@code unnest} turns them into rows. As a select list the
 * calls keep step, value by value; in FROM each would first store all its values.
 *
 * <p>A value is of its column's type without modifiers; the assignment applies them, and refuses
 * what does not fit, where a cast would cut it off. Types whose arrays {@code unnest} would take
 * apart further travel as text. ONLY, because children of a table are tables of their own here.
 */
final class UnnestSql {
  // A parameter is a literal's bytes: so no text is made of them on this side.
  private static final String ARRAY = "pg_catalog.convert_from(?, 'UTF8')::";

  private UnnestSql() {}

  /** The text; its parameters are those of the shape, each as an array. */
  static String text(Shape shape) {
    return switch (shape) {
      case Shape.Insert insert -> insert(insert);
      case Shape.Update update -> update(update);
      case Shape.Delete delete -> delete(delete);
    };
  }

  private static String insert(Shape.Insert insert) {
    List<Catalogue.Column> columns = insert.table().columns();
    return "INSERT INTO "
        + insert.table().name().quoted()
        + " ("
        + list(columns.size(), ", ", i -> TableName.quote(columns.get(i).name()))
        + ") OVERRIDING SYSTEM VALUE SELECT "
        + list(columns.size(), ", ", i -> value(columns.get(i), i))
        + " FROM "
        + source(columns);
  }

  private static String update(Shape.Update update) {
    List<Catalogue.Column> sets = update.sets();
    int keys = update.key().size();
    return "UPDATE ONLY "
        + update.table().name().quoted()
        + " AS target SET "
        + list(
            sets.size(),
            ", ",
            i -> TableName.quote(sets.get(i).name()) + " = " + value(sets.get(i), keys + i))
        + " FROM "
        + source(update.parameters())
        + where(update.key());
  }

  private static String delete(Shape.Delete delete) {
    return "DELETE FROM ONLY "
        + delete.table().name().quoted()
        + " AS target USING "
        + source(delete.key())
        + where(delete.key());
  }

  private static String where(List<Catalogue.Column> key) {
    return " WHERE "
        + list(
            key.size(),
            " AND ",
            i -> equal("target." + TableName.quote(key.get(i).name()), key.get(i), i));
  }

  private static String equal(String name, Catalogue.Column column, int parameter) {
    String base = "::" + column.form().base();
    return name + base + " = " + value(column, parameter) + base;
  }

  private static String source(List<Catalogue.Column> parameters) {
    return "(SELECT "
        + list(
            parameters.size(),
            ", ",
            i -> "unnest(" + ARRAY + array(parameters.get(i).form()) + ") AS v" + i)
        + ") AS source";
  }

  private static String array(Catalogue.Form form) {
    return form.unnestable() ? form.bare() + "[]" : "text[]";
  }

  private static String value(Catalogue.Column column, int parameter) {
    String name = "source.v" + parameter;
    return column.form().unnestable() ? name : name + "::" + column.form().bare();
  }

  private static String list(int size, String separator, IntFunction<String> item) {
    return IntStream.range(0, size).mapToObj(item).collect(Collectors.joining(separator));
  }
}
