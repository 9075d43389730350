package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.TableName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the application's role was allowed to do before {@link Access} first touched an object, kept
 * in that database, so that it can be given back. Only what the owner granted: nothing else is ever
 * revoked.
 */
public final class OriginalPrivileges {
  /**
   * What the role holds now on every object that grants may name, as {@code SELECT} or, with the
   * grant option, {@code SELECT*}. Columns only where they have privileges of their own.
   */
  private static final String HELD =
      """
      SELECT o.kind, o.object, o.part, o.spelt, ARRAY(
        SELECT a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END
        FROM aclexplode(o.acl) AS a WHERE a.grantee = r.oid AND a.grantor = o.owner
          AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'USAGE')
        ORDER BY 1) AS privileges
      FROM pg_roles r CROSS JOIN (
        SELECT 'schema', n.oid, 0::smallint, format('SCHEMA %I', n.nspname),
          coalesce(n.nspacl, acldefault('n', n.nspowner)), n.nspowner
        FROM pg_namespace n
        UNION ALL
        SELECT 'relation', c.oid, 0::smallint,
          CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END
            || format('%I.%I', n.nspname, c.relname),
          coalesce(c.relacl, acldefault(
            CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)), c.relowner
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'
        UNION ALL
        SELECT 'column', c.oid, a.attnum, format('(%I) ON TABLE %I.%I', a.attname, n.nspname,
          c.relname), a.attacl, c.relowner
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE a.attnum > 0 AND NOT a.attisdropped AND (a.attacl IS NOT NULL OR EXISTS (
          SELECT FROM understudy.original k
          WHERE (k.kind, k.object, k.part) = ('column', a.attrelid, a.attnum)))
      ) AS o(kind, object, part, spelt, acl, owner)
      WHERE r.rolname = ? AND o.spelt !~ '^SCHEMA (pg_.*|information_schema|understudy)$'
        AND o.spelt !~ '(TABLE|SEQUENCE) (pg_|information_schema\\.|understudy\\.)'
      """;

  private static final String REMEMBER =
      "INSERT INTO understudy.original (role, kind, object, part, privileges)"
          + " SELECT ?, kind, object, part, privileges FROM ("
          + HELD
          + ") AS held ON CONFLICT DO NOTHING";

  /** Columns last and all of them: a REVOKE on a table takes the privileges on its columns too. */
  private static final String CHANGED =
      "SELECT held.kind, held.spelt, original.privileges, held.privileges FROM ("
          + HELD
          + ") AS held JOIN understudy.original USING (kind, object, part)"
          + " WHERE original.role = ?"
          + " AND (original.privileges <> held.privileges OR held.kind = 'column')"
          + " ORDER BY held.kind = 'column', held.spelt";

  private final String role;

  public OriginalPrivileges(String role) {
    this.role = role;
  }

  /** Stores what is not stored yet; before anything is granted or revoked, in its transaction. */
  void remember(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REMEMBER)) {
      statement.setString(1, role);
      statement.setString(2, role);
      statement.executeUpdate();
    }
  }

  /**
   * The statements that give back what was there. Objects that are gone, and what others granted
   * meanwhile on objects that were never touched, are left alone.
   */
  public List<String> restoring(Connection connection) throws SQLException {
    List<String> statements = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(CHANGED)) {
      statement.setString(1, role);
      statement.setString(2, role);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          boolean column = row.getString(1).equals("column");
          String object = column ? row.getString(2) : "ON " + row.getString(2);
          Set<String> before = set(row.getArray(3));
          Set<String> now = set(row.getArray(4));
          statements.addAll(revoking(object, before, now));
          statements.addAll(granting(object, before, column ? Set.of() : now));
        }
      }
    }
    return statements;
  }

  private List<String> revoking(String object, Set<String> before, Set<String> now) {
    List<String> statements = new ArrayList<>();
    String from = " " + object + " FROM " + TableName.quote(role);
    for (String privilege : now) {
      String plain = privilege.replace("*", "");
      if (!before.contains(plain) && !before.contains(plain + "*")) {
        statements.add("REVOKE " + plain + from);
      } else if (!before.contains(privilege) && privilege.endsWith("*")) {
        statements.add("REVOKE GRANT OPTION FOR " + plain + from);
      }
    }
    return statements;
  }

  private List<String> granting(String object, Set<String> before, Set<String> now) {
    List<String> statements = new ArrayList<>();
    for (String privilege : before) {
      if (!now.contains(privilege) && !now.contains(privilege + "*")) {
        String option = privilege.endsWith("*") ? " WITH GRANT OPTION" : "";
        String plain = privilege.replace("*", "");
        statements.add("GRANT " + plain + " " + object + " TO " + TableName.quote(role) + option);
      }
    }
    return statements;
  }

  private static Set<String> set(Array array) throws SQLException {
    return new TreeSet<>(List.of((String[]) array.getArray()));
  }
}
