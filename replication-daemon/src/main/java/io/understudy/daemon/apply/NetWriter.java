package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.postgres.Catalogue;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the net effect of a group of changes into a shadow, a table at a time, inside the caller's
 * transaction. Lives as long as its connection.
 *
 * <p>The order inside a table suits its key, not its other unique constraints. A violation means
 * nothing until the changes have been tried in their own order.
 */
final class NetWriter {

  /**
   * Limits of one statement.
   *
   * @param rowsMax rows
   * @param bytesMax bytes of all values together; the row that reaches it is the last
   */
  record Bounds(int rowsMax, long bytesMax) {
    static final Bounds DEFAULT = new Bounds(10_000, 8L << 20);

    Bounds {
      if (rowsMax < 1 || bytesMax < 1) {
        throw new IllegalArgumentException(
            "bounds of a statement: "
                + rowsMax
                + " rows, "
                + bytesMax
                + " bytes; both must be at least 1");
      }
    }
  }

  private static final int TEXTS_MAX = 1_000;

  private final Connection connection;
  private final Catalogue catalogue;
  private final Bounds bounds;
  private final Map<Shape, String> texts = new HashMap<>();

  NetWriter(Connection connection, Catalogue catalogue, Bounds bounds) {
    this.connection = connection;
    this.catalogue = catalogue;
    this.bounds = bounds;
  }

  /**
   * Writes.
   *
   * @throws DivergenceException if the shadow does not have the rows that the changes speak of
   */
  void write(List<Change> changes) throws SQLException, DivergenceException {
    for (Step step : NetEffect.of(catalogue, changes)) {
      switch (step) {
        case Step.Truncate truncate -> OrderedWriter.truncate(connection, truncate.tables());
        case Step.Batch batch -> write(batch);
        case Step.InOrder ordered -> writeInOrder(ordered.changes());
      }
    }
  }

  private void writeInOrder(List<Change> changes) throws SQLException, DivergenceException {
    try (OrderedWriter writer = new OrderedWriter(connection, catalogue)) {
      writer.write(changes);
    }
  }

  private void write(Step.Batch batch) throws SQLException, DivergenceException {
    if (texts.size() >= TEXTS_MAX) {
      texts.clear();
    }
    String text = texts.computeIfAbsent(batch.shape(), UnnestSql::text);
    int columns = batch.shape().parameters().size();
    try (PreparedStatement statement = connection.prepareStatement(text)) {
      ArrayLiterals literals = new ArrayLiterals(columns);
      for (Row row : batch.rows()) {
        literals.add(row);
        if (literals.rows() >= bounds.rowsMax() || literals.bytes() >= bounds.bytesMax()) {
          execute(statement, batch.shape(), literals);
          literals.clear();
        }
      }
      if (literals.rows() > 0) {
        execute(statement, batch.shape(), literals);
      }
    }
  }

  private static void execute(PreparedStatement statement, Shape shape, ArrayLiterals literals)
      throws SQLException, DivergenceException {
    for (int i = 0; i < shape.parameters().size(); i++) {
      statement.setBytes(i + 1, literals.literal(i));
    }
    int count = statement.executeUpdate();
    if (count != literals.rows()) {
      throw new DivergenceException(
          "table "
              + shape.table().name()
              + ": changes of "
              + literals.rows()
              + " rows, known by the key "
              + shape.table().key()
              + ", found "
              + count
              + " rows; the copy is broken");
    }
  }
}
