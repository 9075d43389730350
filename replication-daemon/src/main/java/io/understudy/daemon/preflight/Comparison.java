package io.understudy.daemon.preflight;

import io.understudy.daemon.postgres.Finding;
import io.understudy.daemon.postgres.Finding.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A check of a shadow against the primary: a query with a row for every thing, its name and what
 * must be equal about it.
 *
 * @param name what is compared
 * @param missing how bad it is that the shadow lacks one
 * @param differs how bad it is that it differs
 * @param remedy what to do on the shadow
 * @param query SQL
 */
record Comparison(String name, Level missing, Level differs, String remedy, String query) {
  Map<String, String> read(Connection connection) throws SQLException {
    Map<String, String> things = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        things.put(row.getString(1), String.valueOf(row.getString(2)));
      }
    }
    return things;
  }

  /** What of the primary's things the shadow lacks or has otherwise. */
  List<Finding> compare(String endpoint, Map<String, String> primary, Map<String, String> shadow) {
    List<Finding> findings = new ArrayList<>();
    primary.forEach((thing, value) -> {
      String there = shadow.get(thing);
      if (there == null) {
        findings.add(new Finding(missing, endpoint, name, thing + " is missing", remedy));
      } else if (!there.equals(value)) {
        String what = thing + " is " + there + " instead of " + value;
        findings.add(new Finding(differs, endpoint, name, what, remedy));
      }
    });
    return findings;
  }
}
