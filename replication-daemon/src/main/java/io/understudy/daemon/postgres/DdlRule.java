package io.understudy.daemon.postgres;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What becomes of a statement of a migration, the first rule that fits. Pure.
 *
 * @param words how such a statement begins, or what it holds; comments are gone, upper and lower
 *     case are equal
 * @param fate what becomes of it
 * @param why said to whoever wrote it; empty if there is nothing to say
 */
record DdlRule(Pattern words, Fate fate, String why) {

  /** What becomes of a statement. */
  public enum Fate {
    /** It runs on every endpoint, in the order of the primary. */
    REPLAYED,
    /** It runs on the primary; its rows travel as rows. */
    ROWS,
    /** It runs nowhere. */
    REFUSED
  }

  private static final String ALONE =
      "it cannot run inside a transaction, or is about the whole server; run it on each endpoint"
          + " by hand";

  /** The table; what is in none of its lines is replayed. */
  private static final List<DdlRule> TABLE =
      List.of(
          refused("^\\\\", "it is a command of psql; write SQL"),
          refused(
              "^(BEGIN|START|COMMIT|ROLLBACK|END|ABORT|SAVEPOINT|RELEASE|PREPARE|SET TRANSACTION)\\b",
              "the whole file is one transaction"),
          refused("\\bCONCURRENTLY\\b", ALONE),
          refused(
              "^(VACUUM|CLUSTER|REINDEX|CHECKPOINT|LOAD|LISTEN|NOTIFY|ALTER SYSTEM"
                  + "|(CREATE|DROP|ALTER) (DATABASE|TABLESPACE|ROLE|USER|GROUP|SUBSCRIPTION"
                  + "|PUBLICATION|EVENT TRIGGER))\\b",
              ALONE),
          refused(
              "^CREATE [A-Z ]*TABLE [^(]* AS\\b|^SELECT\\b.*\\bINTO\\b",
              "a table that is made with rows in it has them on one endpoint only; create it, then"
                  + " INSERT"),
          refused(
              "^(DO|CALL|EXECUTE)\\b",
              "what it does cannot be told from its text; write the statements out"),
          refused("^COPY\\b", "there is no client to read from or write to; use INSERT"),
          new DdlRule(
              pattern(
                  "^(INSERT|UPDATE|DELETE|MERGE|WITH|SELECT|TRUNCATE|LOCK|SET|RESET|ANALYZE)\\b"),
              Fate.ROWS,
              ""));

  private static final DdlRule REPLAYED = new DdlRule(pattern("^"), Fate.REPLAYED, "");

  private static DdlRule refused(String words, String why) {
    return new DdlRule(pattern(words), Fate.REFUSED, why);
  }

  private static Pattern pattern(String words) {
    return Pattern.compile(words, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  }

  /** The rule for one statement. */
  static DdlRule of(String statement) {
    String plain =
        statement
            .replaceAll("(?s)/\\*.*?\\*/", " ")
            .replaceAll("--[^\n]*", " ")
            .replaceAll("\\s+", " ")
            .strip();
    Optional<DdlRule> found =
        TABLE.stream().filter(rule -> rule.words().matcher(plain).find()).findFirst();
    return found.orElse(REPLAYED);
  }
}
