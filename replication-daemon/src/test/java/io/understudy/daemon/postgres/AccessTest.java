package io.understudy.daemon.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.postgres.Access.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AccessTest {
  private final TestDatabase database = TestDatabase.on("eu-b");
  private final Access access = new Access(database.database());

  @BeforeEach
  void tables() {
    database.execute("CREATE TABLE orders (id serial PRIMARY KEY, amount integer)");
    database.execute("CREATE SCHEMA extra CREATE TABLE more (id integer PRIMARY KEY)");
  }

  private void asApplication(String sql) throws SQLException {
    try (Connection connection = database.connect(TestDatabase.ROLE);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void isRefused(String sql) {
    assertThatThrownBy(() -> asApplication(sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }

  @Test
  void aShadowServesReadsAndRefusesWrites() throws Exception {
    access.open(1);
    assertThat(access.refuse(1)).isEqualTo(new Verdict.Done());
    asApplication("SELECT * FROM orders");
    asApplication("SELECT * FROM extra.more");
    asApplication("SELECT * FROM understudy.heartbeat");
    isRefused("INSERT INTO orders (amount) VALUES (1)");
    isRefused("UPDATE orders SET amount = 1");
    isRefused("DELETE FROM orders");
    isRefused("TRUNCATE orders");
    isRefused("INSERT INTO extra.more VALUES (1)");
    isRefused("SELECT nextval('orders_id_seq')");
    isRefused("INSERT INTO understudy.heartbeat VALUES ('x', 1, 1)");
    isRefused("UPDATE understudy.fence SET ballot = 0");
    assertThat(database.query("SELECT count(*) FROM orders")).isEqualTo("0");
  }

  @Test
  void theOpenPrimaryAcceptsWritesButNoTruncate() throws Exception {
    assertThat(access.refuse(3)).isEqualTo(new Verdict.Done());
    assertThat(access.open(4)).isEqualTo(new Verdict.Done());
    asApplication("INSERT INTO orders (amount) VALUES (1)");
    asApplication("UPDATE orders SET amount = 2");
    asApplication("DELETE FROM orders");
    isRefused("TRUNCATE orders");
  }

  @Test
  void aLowerBallotChangesNothing() throws Exception {
    access.refuse(7);
    assertThat(access.open(6)).isEqualTo(new Verdict.Outbid(7));
    isRefused("INSERT INTO orders (amount) VALUES (1)");
    assertThat(access.open(7)).isEqualTo(new Verdict.Done());
    assertThat(access.close(6)).isEqualTo(new Verdict.Outbid(7));
    asApplication("INSERT INTO orders (amount) VALUES (1)");
  }

  @Test
  void aTransactionThatHadWrittenCannotCommitAfterTheRefusal() throws Exception {
    access.open(1);
    try (Connection writer = database.connect(TestDatabase.ROLE);
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("INSERT INTO orders (amount) VALUES (1)");
      access.refuse(2);
      assertThatThrownBy(writer::commit).isInstanceOf(SQLException.class);
    }
    assertThat(database.query("SELECT count(*) FROM orders")).isEqualTo("0");
  }

  @Test
  void refusingAgainLeavesReadersAlone() throws Exception {
    access.refuse(1);
    try (Connection reader = database.connect(TestDatabase.ROLE);
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("SELECT * FROM orders");
      access.refuse(1);
      assertThatCode(() -> statement.execute("SELECT * FROM orders")).doesNotThrowAnyException();
    }
  }

  @Test
  void closingEndsAllSessionsOfTheApplication() throws Exception {
    access.open(1);
    try (Connection reader = database.connect(TestDatabase.ROLE)) {
      access.close(2);
      assertThat(reader.isValid(2)).isFalse();
    }
    asApplication("SELECT * FROM orders");
  }

  @Test
  void aPrivilegeOfEverybodyIsFoundInsteadOfBeingMissed() {
    database.execute("GRANT INSERT ON orders TO PUBLIC");
    assertThatThrownBy(() -> access.refuse(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("orders_app")
        .hasMessageContaining("PUBLIC");
  }
}
