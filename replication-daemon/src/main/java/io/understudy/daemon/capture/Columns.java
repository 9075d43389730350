package io.understudy.daemon.capture;

import java.util.List;

/** Names of the columns of which rows give a value, in order; one for all rows that look alike. */
public final class Columns {
  static final Columns NONE = new Columns(List.of());

  private final List<String> names;
  // Maps are asked for the columns of every row.
  private final int hash;

  private Columns(List<String> names) {
    this.names = names;
    this.hash = names.hashCode();
  }

  public static Columns of(List<String> names) {
    return names.isEmpty() ? NONE : new Columns(List.copyOf(names));
  }

  public List<String> names() {
    return names;
  }

  public int size() {
    return names.size();
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Columns columns
            && hash == columns.hash
            && names.equals(columns.names));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return names.toString();
  }
}
