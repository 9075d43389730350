package io.understudy.daemon.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SqlStateTest {
  private static boolean isTransient(String state) {
    return SqlState.isTransient(new SQLException("x", state));
  }

  @Test
  void whatPassesByItselfIsTransient() {
    assertThat(
            List.of(
                "08000", "08001", "08006", "08P01", "40001", "40P01", "53000", "53100", "53200",
                "53300", "53400", "55P03", "57014", "57P01", "57P02", "57P03"))
        .allMatch(SqlStateTest::isTransient);
  }

  @Test
  void nothingElseIsTransient() {
    assertThat(
            List.of(
                "00000", "22001", "22P02", "23505", "23514", "25006", "28000", "40002", "40003",
                "42501", "42P01", "55000", "55006", "57000", "57P04", "57P05", "58030", "P0001",
                "XX000", "XX001"))
        .noneMatch(SqlStateTest::isTransient);
    assertThat(SqlState.isTransient(new SQLException("x"))).isFalse();
  }

  @Test
  void aThingThatIsInUseIsKnownApart() {
    assertThat(SqlState.isInUse(new SQLException("x", "55006"))).isTrue();
    assertThat(SqlState.isInUse(new SQLException("x", "55000"))).isFalse();
  }
}
