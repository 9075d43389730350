package io.understudy.daemon.preflight;

import io.understudy.daemon.postgres.Finding;
import io.understudy.daemon.postgres.Finding.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A check of one server: a query with a row for everything that is not well.
 *
 * <p>Columns: {@code error} or {@code warning}; what was found; the remedy. The query finds the
 * application's role in the setting {@code understudy.application}, the service's name as slots
 * have it in {@code understudy.service}, and the number of slots and of stream connections that the
 * service needs in {@code understudy.streams}.
 *
 * @param name what it looks at
 * @param query SQL
 */
record SqlCheck(String name, String query) {
  List<Finding> run(String endpoint, Connection connection) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        Level level = row.getString(1).equals("error") ? Level.ERROR : Level.WARNING;
        findings.add(new Finding(level, endpoint, name, row.getString(2), row.getString(3)));
      }
    }
    return findings;
  }
}
