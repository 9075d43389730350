package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.postgres.SchemaChange;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.SqlState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Writes changes inside the caller's transaction and changes the schema where the primary did: what
 * is before such a place is written to the tables as they were, what is after it to the new ones.
 */
final class ReshapingWriter {

  /** Writes changes that have no change of the schema between them. */
  interface Writing {
    void write(List<Change> changes) throws SQLException, DivergenceException;
  }

  private final Server shadow;
  private final Connection connection;
  private final Anew anew;
  private Writing writing;

  /** Looks at the tables again. */
  interface Anew {
    Writing get() throws SQLException;
  }

  /**
   * @param writing knows the tables as they are now
   * @param anew makes the writing of the tables as they will be
   */
  ReshapingWriter(Server shadow, Connection connection, Writing writing, Anew anew) {
    this.shadow = shadow;
    this.connection = connection;
    this.writing = writing;
    this.anew = anew;
  }

  /**
   * Writes them all.
   *
   * @return whether the schema was changed
   */
  boolean write(List<Change> changes) throws SQLException, DivergenceException {
    int begin = 0;
    for (int i = 0; i < changes.size(); i++) {
      Optional<SchemaChange> reshaped = schemaChange(changes.get(i));
      if (reshaped.isPresent()) {
        writing.write(changes.subList(begin, i + 1));
        replay(reshaped.get());
        writing = anew.get();
        begin = i + 1;
      }
    }
    if (begin < changes.size()) {
      writing.write(changes.subList(begin, changes.size()));
    }
    return begin > 0;
  }

  private void replay(SchemaChange change) throws SQLException, DivergenceException {
    try {
      change.replay(shadow, connection);
    } catch (SQLException e) {
      if (SqlState.isTransient(e)) {
        throw e;
      }
      throw new DivergenceException(
          "the primary's change of the schema '"
              + change.head()
              + "' fails here: "
              + SqlState.describe(e)
              + "; make this endpoint's schema what the primary's was before",
          e);
    }
  }

  private static Optional<SchemaChange> schemaChange(Change change) {
    return change instanceof Change.Insert(var table, Row row) && table.equals(SchemaChange.TABLE)
        ? Optional.of(
            new SchemaChange(
                value(row, "id"),
                value(row, "role"),
                value(row, "search_path"),
                value(row, "command")))
        : Optional.empty();
  }

  private static String value(Row row, String column) {
    String value = row.values().get(row.columns().indexOf(column));
    if (value == null) {
      throw new IllegalStateException("a change of the schema has no " + column);
    }
    return value;
  }
}
