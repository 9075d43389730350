package io.understudy.daemon.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlStatementsTest {
  @Test
  void semicolonsInQuotesCommentsAndBodiesDoNotEndAStatement() {
    assertThat(
            SqlStatements.of(
                """
                -- first; of all
                ALTER TABLE "a;b" ADD c text DEFAULT 'x;''y';
                /* nested /* ; */ ; */ COMMENT ON TABLE t IS E'it\\'s; ';
                CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN; RETURN 1; END $f$;
                CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;
                CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);
                ;
                SELECT $1;
                """))
        .hasSize(6)
        .satisfies(all -> assertThat(all.getLast()).isEqualTo("SELECT $1"))
        .satisfies(all -> assertThat(all.get(2)).endsWith("$f$"))
        .satisfies(all -> assertThat(all.get(3)).endsWith("END"));
  }

  @Test
  void aQuoteThatDoesNotEndIsAnError() {
    assertThatThrownBy(() -> SqlStatements.of("SELECT 'a; SELECT 2"))
        .hasMessage("a quote ' does not end");
    assertThatThrownBy(() -> SqlStatements.of("SELECT $x$ a; $y$"))
        .hasMessage("a quote $x$ does not end");
    assertThatThrownBy(() -> SqlStatements.of("/* /* */ SELECT 1"))
        .hasMessage("a comment does not end");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ALTER TABLE t ADD c integer               | REPLAYED
          create  table t (id int primary key)      | REPLAYED
          GRANT SELECT ON t TO app                  | REPLAYED
          CREATE INDEX i ON t (a)                   | REPLAYED
          CREATE INDEX CONCURRENTLY i ON t (a)      | REFUSED
          VACUUM FULL t                             | REFUSED
          ALTER SYSTEM SET work_mem = '1GB'         | REFUSED
          CREATE DATABASE other                     | REFUSED
          CREATE ROLE r                             | REFUSED
          CREATE TABLE copy AS SELECT * FROM t      | REFUSED
          SELECT * INTO copy FROM t                 | REFUSED
          DO $$ BEGIN END $$                        | REFUSED
          /* x */ BEGIN                             | REFUSED
          UPDATE t SET a = 1                        | ROWS
          SET ROLE owner                            | ROWS
          """)
  void theTableSaysWhatBecomesOfAStatement(String statement, String fate) {
    assertThat(DdlRule.of(statement).fate()).hasToString(fate);
  }
}
