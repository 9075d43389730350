package io.understudy.daemon.snapshot;

import io.understudy.daemon.postgres.Catalogue;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Makes one table of the shadow equal to the primary's, inside the caller's transaction. */
final class Mending implements LaneRows.Differences {
  private final Catalogue.Table table;
  private final TableComparison comparison;
  private final Meter meter;
  private final TransferFormat format;
  private final DifferenceTally tally;
  private final KeyPile doomed;
  private final KeyPile wanted;

  /**
   * @param keyBytesMax keys of rows to delete, and of rows to fetch, that may be held in memory
   */
  Mending(Catalogue.Table table, TableComparison comparison, Meter meter, int keyBytesMax) {
    this.table = table;
    this.comparison = comparison;
    this.meter = meter;
    this.format = TransferFormat.of(table);
    this.tally = new DifferenceTally(table.name(), table.key().size());
    this.doomed = new KeyPile(table.key().size(), keyBytesMax);
    this.wanted = new KeyPile(table.key().size(), keyBytesMax);
  }

  /**
   * Compares and mends.
   *
   * @return how the table differed
   */
  Optional<TableDifference> run(Frozen from, Frozen to)
      throws SQLException, InterruptedException, TooDifferentException {
    BitSet lanes = comparison.lanes();
    if (lanes.isEmpty()) {
      return Optional.empty();
    }
    if (table.keyless()) {
      return Optional.of(replaceAll(from, to));
    }
    comparison.rows(lanes, this);
    if (doomed.overflowed() || wanted.overflowed()) {
      throw new TooDifferentException(
          "table " + table.name() + ": the keys of the rows that differ do not fit into memory");
    }
    // Order is the safety rule here: another unique constraint may have changed hands between rows.
    for (List<List<String>> keys : doomed) {
      delete(to, keys);
    }
    for (List<List<String>> keys : wanted) {
      KeyLiterals literals = literals(keys);
      carry(from, comparison.sql().fetch(literals.finish(), format), to);
    }
    return tally.difference();
  }

  @Override
  public void onlyPrimary(ByteBuffer key) {
    tally.onlyPrimary(key);
    wanted.add(key);
  }

  @Override
  public void onlyShadow(ByteBuffer key) {
    tally.onlyShadow(key);
    doomed.add(key);
  }

  @Override
  public void changed(ByteBuffer key) {
    tally.changed(key);
    doomed.add(key);
    wanted.add(key);
  }

  /** Nothing tells its rows apart. */
  private TableDifference replaceAll(Frozen from, Frozen to)
      throws SQLException, InterruptedException {
    to.bound();
    Frozen.execute(to.connection(), comparison.sql().deleteAll());
    carry(from, comparison.sql().fetchAll("", format), to);
    return new TableDifference(table.name(), 0, 0, 0, List.of(), List.of());
  }

  private void carry(Frozen from, String copy, Frozen to)
      throws SQLException, InterruptedException {
    to.bound();
    try {
      CopyPipe.carry(from.rows(copy), to.connection(), comparison.sql().fill(format), meter);
    } catch (SQLException e) {
      throw to.explained(e);
    }
  }

  private void delete(Frozen to, List<List<String>> keys) throws SQLException {
    KeyLiterals literals = literals(keys);
    meter.sent(0, literals.characters());
    to.bound();
    Connection connection = to.connection();
    List<String> arrays = literals.finish();
    try (PreparedStatement statement = connection.prepareStatement(comparison.sql().delete())) {
      for (int i = 0; i < arrays.size(); i++) {
        statement.setString(i + 1, arrays.get(i));
      }
      statement.executeUpdate();
    } catch (SQLException e) {
      throw to.explained(e);
    }
  }

  private KeyLiterals literals(List<List<String>> keys) {
    KeyLiterals literals = new KeyLiterals(table.key().size());
    keys.forEach(literals::add);
    return literals;
  }
}
