package io.understudy.testbed.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** {@code docs/ADMIN-API.md} against the daemon's real Admin API. */
class AdminApiPageTest {
  private static final String PAGE = Project.text("docs/ADMIN-API.md");
  private static final List<List<String>> REQUESTS =
      Project.rows(PAGE).stream().filter(row -> row.getFirst().contains(" /")).toList();

  @Test
  void everyRequestOnThePageIsServed() throws IOException, InterruptedException {
    try (RunningAdminApi api = new RunningAdminApi()) {
      for (List<String> row : REQUESTS) {
        HttpResponse<String> answer = ask(api, row, RunningAdminApi.TOKEN);
        if (row.getFirst().contains("{service}")) {
          assertThat(answer.statusCode()).as(row.getFirst()).isEqualTo(404);
          assertThat(answer.body()).contains("there is no service 'orders'");
        } else {
          assertThat(answer.statusCode()).as(row.getFirst()).isEqualTo(200);
        }
      }
    }
  }

  @Test
  void tokensAreNeededWhereThePageSaysSo() throws IOException, InterruptedException {
    try (RunningAdminApi api = new RunningAdminApi()) {
      for (List<String> row : REQUESTS) {
        assertThat(ask(api, row, "another-token-of-16").statusCode() == 401)
            .as(row.getFirst())
            .isEqualTo(!row.get(1).equals("none"));
      }
    }
  }

  @Test
  void everyRequestThatIsServedIsOnThePage() {
    String code =
        Project.text("replication-daemon/src/main/java/io/understudy/daemon/api/AdminApi.java");
    TreeSet<String> served = new TreeSet<>();
    Project.matches(code, "router\\.get\\(\"([^\"]+)\"\\)")
        .forEach(path -> served.add("GET " + path.replace(":service", "{service}")));
    Project.matches(code, "  get\\(router, \"([^\"]*)\"")
        .forEach(path -> served.add("GET /v1/services/{service}" + path));
    Project.matches(code, "  post\\(\\s*router,\\s*\"([^\"]*)\"")
        .forEach(path -> served.add("POST /v1/services/{service}/" + path));
    assertThat(REQUESTS.stream().map(row -> row.getFirst().replace("`", "")))
        .containsExactlyInAnyOrderElementsOf(served);
  }

  @Test
  void everyPathOfTheRiskServiceIsOnThePage() {
    String code =
        Project.text("risk-service/src/main/java/io/understudy/risk/publish/RiskApi.java");
    assertThat(Project.matches(PAGE, "^\\| `(/[^`]+)`").stream())
        .containsExactlyInAnyOrderElementsOf(
            Project.matches(code, "router\\.get\\(\"([^\"]+)\"\\)").stream()
                .map(path -> path.replaceAll(":(\\w+)", "{$1}"))
                .toList());
  }

  @Test
  void everyMetricOfTheDaemonIsOnThePage() throws IOException, InterruptedException {
    assertThat(Project.matches(PAGE, "^\\| `(understudy_[a-z_]+)`"))
        .containsExactlyInAnyOrderElementsOf(
            RunningAdminApi.metricNames().stream()
                .filter(name -> name.startsWith("understudy_"))
                .toList());
  }

  private static HttpResponse<String> ask(RunningAdminApi api, List<String> row, String token)
      throws IOException, InterruptedException {
    String[] request = row.getFirst().replace("`", "").replace("{service}", "orders").split(" ", 2);
    return api.ask(request[0], request[1], token);
  }
}
