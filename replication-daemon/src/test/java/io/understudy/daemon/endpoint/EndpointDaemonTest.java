package io.understudy.daemon.endpoint;

import static io.understudy.daemon.endpoint.Service.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointDaemonTest {
  private static final List<String> NAMES = List.of("eu-a", "eu-b", "eu-c");

  @TempDir Path folder;
  private Service service;

  @BeforeEach
  void found() throws IOException {
    service = Service.of(folder, NAMES);
    service.database("eu-a").execute("INSERT INTO orders VALUES (0, 'before everything')");
    service.found(2);
  }

  @AfterEach
  void end() {
    service.close();
  }

  private void insert(String endpoint, int id) throws SQLException {
    try (Connection connection = service.database(endpoint).connect(TestDatabase.ROLE);
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO orders VALUES (" + id + ", 'note " + id + "')");
    }
  }

  @Test
  void aCommitIsJournalledByTheVotersAndApplied() throws Exception {
    service.startAll();
    service.awaitOpen("eu-a");
    for (int id = 1; id <= 20; id++) {
      insert("eu-a", id);
    }
    EndpointStatus source = service.status("eu-a");
    for (String voter : List.of("eu-b", "eu-c")) {
      assertThat(service.status(voter).journal().reaches(source.replicated())).isTrue();
    }
    service.awaitEqual("eu-a");
    assertThat(service.database("eu-b").query("SELECT count(*) FROM orders")).isEqualTo("21");
    long now = System.currentTimeMillis();
    Await.until(
        "a heartbeat arrives",
        LONG,
        () ->
            service
                .database("eu-c")
                .query("SELECT coalesce(max(reading), 0) > " + now + " FROM understudy.heartbeat")
                .equals("t"));
    assertThat(service.failures()).isEmpty();
  }

  @Test
  void everyProcessGoesOnFromItsDisk() throws Exception {
    service.startAll();
    service.awaitOpen("eu-a");
    insert("eu-a", 1);
    NAMES.forEach(service::stop);
    service.startAll();
    service.awaitOpen("eu-a");
    insert("eu-a", 2);
    service.awaitEqual("eu-a");
    assertThat(service.database("eu-c").query("SELECT count(*) FROM orders")).isEqualTo("3");
    Await.until(
        "journals agree",
        LONG,
        () -> service.status("eu-b").journal().equals(service.status("eu-a").journal()));
    assertThat(service.failures()).isEmpty();
  }
}
