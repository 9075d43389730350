package io.understudy.daemon.apply;

import io.understudy.daemon.postgres.Catalogue;
import java.util.ArrayList;
import java.util.List;

/** What one statement does to rows of one table, and which of their columns it takes. */
sealed interface Shape {
  Catalogue.Table table();

  /** The columns of which every row gives a value, in order. */
  List<Catalogue.Column> parameters();

  /** Rows that are new; they give all columns. */
  record Insert(Catalogue.Table table) implements Shape {
    @Override
    public List<Catalogue.Column> parameters() {
      return table.columns();
    }
  }

  /**
   * Rows that change.
   *
   * @param key columns that know the row as it was; each row gives them first
   * @param sets columns that get a new value
   */
  record Update(Catalogue.Table table, List<Catalogue.Column> key, List<Catalogue.Column> sets)
      implements Shape {
    @Override
    public List<Catalogue.Column> parameters() {
      List<Catalogue.Column> all = new ArrayList<>(key);
      all.addAll(sets);
      return all;
    }
  }

  /** Rows that go; they give their key. */
  record Delete(Catalogue.Table table, List<Catalogue.Column> key) implements Shape {
    @Override
    public List<Catalogue.Column> parameters() {
      return key;
    }
  }
}
