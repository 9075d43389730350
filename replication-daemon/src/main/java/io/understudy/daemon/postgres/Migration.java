package io.understudy.daemon.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A file of statements that change the schema, checked and ready to run on the primary. */
public final class Migration {
  /** What may rewrite a table and still leaves the same values on every endpoint. */
  private static final Pattern SAME_EVERYWHERE =
      Pattern.compile(
          "\\b(TYPE|SET LOGGED|ACCESS METHOD|TABLESPACE)\\b|GENERATED\\s+ALWAYS\\s+AS\\s*\\(",
          Pattern.CASE_INSENSITIVE);

  private final List<Step> steps = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();

  private record Step(String statement, DdlRule.Fate fate) {}

  private Migration() {}

  /** Reads its text; what cannot be run is in {@link #refused}. */
  public static Migration read(String text) {
    Migration migration = new Migration();
    try {
      for (String statement : SqlStatements.of(text)) {
        DdlRule rule = DdlRule.of(statement);
        if (rule.fate() == DdlRule.Fate.REFUSED) {
          migration.refused.add(head(statement) + ": " + rule.why());
        } else {
          migration.steps.add(new Step(statement, rule.fate()));
        }
      }
    } catch (IllegalArgumentException e) {
      migration.refused.add(String.valueOf(e.getMessage()));
    }
    return migration;
  }

  /** Statements that cannot be run, each with the reason; while there is any, none should be. */
  public List<String> refused() {
    return List.copyOf(refused);
  }

  /** Number of statements. */
  public int size() {
    return steps.size();
  }

  /**
   * Runs it in one transaction of the primary, in which every statement that changes the schema is
   * recorded for the shadows, and new tables join the publication before they get rows.
   *
   * @throws SQLException if a statement fails; nothing was changed then
   */
  public void run(Server primary, String publication) throws SQLException {
    Bootstrap.schema(primary);
    try (Connection connection = primary.migrating()) {
      connection.setAutoCommit(false);
      for (Step step : steps) {
        run(connection, step, publication);
      }
      connection.commit();
    }
  }

  private static void run(Connection connection, Step step, String publication)
      throws SQLException {
    boolean replayed = step.fate() == DdlRule.Fate.REPLAYED;
    Map<String, Long> before = replayed ? files(connection) : Map.of();
    try (Statement statement = connection.createStatement()) {
      statement.execute(step.statement());
    } catch (SQLException e) {
      throw new SQLException(head(step.statement()) + ": " + e.getMessage(), e.getSQLState(), e);
    }
    if (!replayed) {
      return;
    }
    if (!SAME_EVERYWHERE.matcher(step.statement()).find()) {
      requireSameFiles(step, before, files(connection));
    }
    SchemaChange.record(connection, step.statement());
    publish(connection, publication);
  }

  private static void requireSameFiles(Step step, Map<String, Long> before, Map<String, Long> after)
      throws SQLException {
    for (Map.Entry<String, Long> table : after.entrySet()) {
      Long file = before.get(table.getKey());
      if (file != null && !file.equals(table.getValue())) {
        throw new SQLException(
            head(step.statement())
                + ": it fills existing rows of "
                + table.getKey()
                + " with values that would differ on every endpoint; add the column without a"
                + " default, set the default, then UPDATE the rows",
            "0A000");
      }
    }
  }

  private static Map<String, Long> files(Connection connection) throws SQLException {
    Map<String, Long> files = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT c.oid::regclass::text, pg_relation_filenode(c.oid) FROM pg_class c"
                    + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
                    + " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'")) {
      while (row.next()) {
        files.put(row.getString(1), row.getLong(2));
      }
    }
    return files;
  }

  private static void publish(Connection connection, String publication) throws SQLException {
    List<String> additions = new ArrayList<>();
    String missing =
        """
        SELECT format('ALTER PUBLICATION %I ADD TABLE ONLY %I.%I', p.pubname, n.nspname, c.relname)
        FROM pg_publication p, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE p.pubname = ? AND c.relkind = 'r' AND c.relpersistence = 'p'
          AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'understudy')
          AND NOT EXISTS (
            SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = c.oid)
        """;
    try (PreparedStatement statement = connection.prepareStatement(missing)) {
      statement.setString(1, publication);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          additions.add(row.getString(1));
        }
      }
    }
    try (Statement statement = connection.createStatement()) {
      for (String addition : additions) {
        statement.execute(addition);
      }
    }
  }

  /** Enough of a statement to find it again. */
  static String head(String statement) {
    String line = statement.replaceAll("\\s+", " ").strip();
    return line.length() <= 80 ? line : line.substring(0, 80) + "...";
  }
}
