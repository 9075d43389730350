package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.TableName;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The sequences of one service. Logical decoding does not carry them, so the primary's values are
 * written into a replicated table, {@code understudy.sequences}, and a promoted shadow sets its own
 * past everything that may have been handed out.
 *
 * <p>Past, because the newest values are unseen: those handed out after the last note, and those
 * whose transactions never reached the shadow. They are bridged by the greater of {@link #GAP}
 * values and what the sequence handed out at its fastest in {@link #BRIDGED}, or in the age of the
 * note if that is longer.
 */
public final class Sequences {
  /** Least number of values that are skipped at a promotion. */
  static final long GAP = 1_000;

  private static final Duration BRIDGED = Duration.ofSeconds(10);
  // A service that was down for a day must not burn a day's worth of integers.
  private static final Duration BRIDGED_MAX = Duration.ofHours(1);

  /** Two writers in turn: what is read later is written later. */
  private static final String TURN =
      "SELECT pg_advisory_xact_lock(hashtext('understudy.sequences'))";

  /** The rate remembers its peak and forgets it by a fiftieth at each note. */
  private static final String NOTE =
      """
      INSERT INTO understudy.sequences AS noted
        (service, schema_name, sequence_name, last_value, per_second, reading)
      SELECT ?, s.schemaname, s.sequencename, s.last_value,
        CASE WHEN k.reading IS NULL THEN 0 ELSE least(1e18, greatest(
          floor(k.per_second * 0.98),
          ceil((coalesce(s.last_value, s.start_value::numeric - s.increment_by)
              - coalesce(k.last_value, s.start_value::numeric - s.increment_by))
            / s.increment_by
            / greatest(1, coalesce(r.elapsed, r.reading - k.reading) / 1000.0))))::bigint END,
        r.reading
      FROM pg_sequences s
      CROSS JOIN (VALUES (?::bigint, ?::bigint)) AS r(reading, elapsed)
      LEFT JOIN understudy.sequences k
        ON (k.service, k.schema_name, k.sequence_name) = (?, s.schemaname, s.sequencename)
      WHERE s.schemaname !~ '^pg_' AND s.schemaname NOT IN ('information_schema', 'understudy')
      ON CONFLICT (service, schema_name, sequence_name) DO UPDATE
        SET last_value = excluded.last_value, per_second = excluded.per_second,
          reading = excluded.reading
        WHERE noted.last_value IS DISTINCT FROM excluded.last_value
          OR noted.per_second <> excluded.per_second OR excluded.per_second > 0
      """;

  private static final String STANDING =
      """
      SELECT s.schemaname, s.sequencename, s.increment_by, s.min_value, s.max_value, s.start_value,
        s.cycle, s.last_value, k.reading, k.last_value, k.per_second
      FROM pg_sequences s LEFT JOIN understudy.sequences k
        ON (k.service, k.schema_name, k.sequence_name) = (?, s.schemaname, s.sequencename)
      WHERE s.schemaname !~ '^pg_' AND s.schemaname NOT IN ('information_schema', 'understudy')
      """;

  /**
   * Columns that take their values from a sequence, by owning it or by their default. Only those at
   * the head of an index: others cannot be asked quickly, and nothing makes their values unique.
   */
  private static final String COLUMNS =
      """
      SELECT sn.nspname, s.relname, tn.nspname, t.relname, a.attname
      FROM (
        SELECT objid, refobjid, refobjsubid FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
          AND deptype IN ('a', 'i') AND refobjsubid > 0
        UNION
        SELECT d.refobjid, f.adrelid, f.adnum FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
        WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
      ) AS used(sequence, relation, attribute)
      JOIN pg_class s ON s.oid = used.sequence AND s.relkind = 'S'
      JOIN pg_namespace sn ON sn.oid = s.relnamespace
      JOIN pg_class t ON t.oid = used.relation AND t.relkind IN ('r', 'p')
        AND t.relpersistence <> 't'
      JOIN pg_namespace tn ON tn.oid = t.relnamespace AND tn.nspname <> 'understudy'
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = used.attribute
        AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
      WHERE EXISTS (
        SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
        WHERE i.indrelid = t.oid AND i.indisvalid AND i.indpred IS NULL
          AND i.indkey[0] = a.attnum)
      """;

  /** A column that takes its values from a sequence. */
  private record Source(TableName table, String column) {}

  /** A sequence as it stands, and the primary's last note of it. */
  private record Standing(
      TableName name,
      SequenceRule rule,
      OptionalLong own,
      boolean noted,
      OptionalLong last,
      long perSecond,
      long reading) {}

  private final String service;
  // A note that changes nothing is not written, so the table does not tell when it was last looked.
  private OptionalLong lookedAtMillis = OptionalLong.empty();

  /** For one owner at a time. */
  public Sequences(String service) {
    this.service = service;
  }

  /**
   * Writes down where the primary's sequences stand.
   *
   * @param readingMillis the daemon's clock before the call, milliseconds since 1970
   */
  public void note(Server primary, long readingMillis) throws SQLException {
    try (Connection connection = primary.control()) {
      connection.setAutoCommit(false);
      note(connection, readingMillis);
    }
  }

  /** The same on a connection without auto-commit; commits. */
  public void note(Connection connection, long readingMillis) throws SQLException {
    try (Statement turn = connection.createStatement()) {
      turn.execute(TURN);
    }
    try (PreparedStatement statement = connection.prepareStatement(NOTE)) {
      statement.setString(1, service);
      statement.setLong(2, readingMillis);
      if (lookedAtMillis.isPresent()) {
        statement.setLong(3, readingMillis - lookedAtMillis.getAsLong());
      } else {
        statement.setNull(3, Types.BIGINT);
      }
      statement.setString(4, service);
      statement.executeUpdate();
    }
    connection.commit();
    lookedAtMillis = OptionalLong.of(readingMillis);
  }

  /**
   * Sets the sequences of a promoted shadow, inside the caller's transaction, though PostgreSQL
   * does not undo it with the transaction. Nobody may use them yet: call it before the application
   * may write, and never after.
   *
   * @param nowMillis the daemon's clock, milliseconds since 1970
   * @return the sequences that are at their end now, so that their next value is an error
   */
  public List<String> advance(Connection connection, long nowMillis) throws SQLException {
    Map<TableName, List<Source>> sources = sources(connection);
    List<String> exhausted = new ArrayList<>();
    try (PreparedStatement set =
        connection.prepareStatement("SELECT setval(?::text::regclass, ?, true)")) {
      for (Standing sequence : standing(connection)) {
        long value = next(connection, sequence, sources, nowMillis);
        set.setString(1, sequence.name().quoted());
        set.setLong(2, value);
        set.execute();
        long end = sequence.rule().increment() > 0 ? sequence.rule().max() : sequence.rule().min();
        if (value == end && !sequence.rule().cycle()) {
          exhausted.add(sequence.name().toString());
        }
      }
    }
    return exhausted;
  }

  private long next(
      Connection connection,
      Standing sequence,
      Map<TableName, List<Source>> sources,
      long nowMillis)
      throws SQLException {
    SequenceRule rule = sequence.rule();
    // Without a note there is only what the copy itself has.
    OptionalLong last = sequence.noted() ? sequence.last() : sequence.own();
    if (!rule.cycle()) {
      for (Source source : sources.getOrDefault(sequence.name(), List.of())) {
        OptionalLong held = farthest(connection, source, rule);
        if (held.isPresent()) {
          last =
              OptionalLong.of(
                  last.isPresent()
                      ? rule.farther(last.getAsLong(), held.getAsLong())
                      : held.getAsLong());
        }
      }
    }
    return rule.beyond(last, unseen(sequence, nowMillis));
  }

  private static long unseen(Standing sequence, long nowMillis) {
    long age = sequence.noted() ? nowMillis - sequence.reading() : 0;
    double seconds = Math.clamp(age, BRIDGED.toMillis(), BRIDGED_MAX.toMillis()) / 1e3;
    return Math.max(GAP, (long) Math.ceil(sequence.perSecond() * seconds));
  }

  /** The end of a column inside the sequence's bounds: others were not handed out by it. */
  private static OptionalLong farthest(Connection connection, Source source, SequenceRule rule)
      throws SQLException {
    String column = TableName.quote(source.column());
    String query =
        "SELECT "
            + (rule.increment() > 0 ? "max" : "min")
            + "("
            + column
            + ") FROM "
            + source.table().quoted()
            + " WHERE "
            + column
            + " BETWEEN '"
            + rule.min()
            + "'::bigint AND '"
            + rule.max()
            + "'::bigint";
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      BigDecimal value = row.getBigDecimal(1);
      return value == null ? OptionalLong.empty() : OptionalLong.of(value.longValue());
    }
  }

  private List<Standing> standing(Connection connection) throws SQLException {
    List<Standing> sequences = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(STANDING)) {
      statement.setString(1, service);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          SequenceRule rule =
              new SequenceRule(
                  row.getLong(3),
                  row.getLong(4),
                  row.getLong(5),
                  row.getLong(6),
                  row.getBoolean(7));
          long reading = row.getLong(9);
          boolean noted = !row.wasNull();
          sequences.add(
              new Standing(
                  new TableName(row.getString(1), row.getString(2)),
                  rule,
                  optional(row, 8),
                  noted,
                  optional(row, 10),
                  row.getLong(11),
                  reading));
        }
      }
    }
    return sequences;
  }

  private static OptionalLong optional(ResultSet row, int column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static Map<TableName, List<Source>> sources(Connection connection) throws SQLException {
    Map<TableName, List<Source>> sources = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(COLUMNS)) {
      while (row.next()) {
        TableName table = new TableName(row.getString(3), row.getString(4));
        sources
            .computeIfAbsent(
                new TableName(row.getString(1), row.getString(2)), _ -> new ArrayList<>())
            .add(new Source(table, row.getString(5)));
      }
    }
    return sources;
  }
}
