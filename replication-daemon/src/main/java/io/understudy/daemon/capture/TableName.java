package io.understudy.daemon.capture;

/** Name of a table in its schema, as in the catalogue (not quoted). */
public record TableName(String schema, String table) {

  /** For use in SQL text. */
  public String quoted() {
    return quote(schema) + "." + quote(table);
  }

  /** Quotes one SQL identifier. */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  @Override
  public String toString() {
    return schema + "." + table;
  }
}
