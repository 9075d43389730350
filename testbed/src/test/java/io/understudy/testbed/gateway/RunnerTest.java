package io.understudy.testbed.gateway;

import static io.understudy.testbed.gateway.GatewayTest.server;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testbed.gateway.runner.ScriptedRunner;
import io.understudy.testbed.gateway.runner.ScriptedRunner.Behaviour;
import io.understudy.testbed.gateway.runner.ScriptedRunner.Call;
import io.understudy.testbed.gateway.runner.Text;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunnerTest {
  @TempDir static Path backends;
  @TempDir Path folder;
  private static BackendProcess a;
  private static BackendProcess b;
  private GatewayFixture gateway;
  private ScriptedRunner runner;

  @BeforeAll
  static void startBackends() throws IOException {
    a = BackendProcess.start("eu-a", backends);
    b = BackendProcess.start("eu-b", backends);
  }

  @AfterAll
  static void stopBackends() {
    a.close();
    b.close();
  }

  @BeforeEach
  void start() {
    gateway = new GatewayFixture(folder);
    runner = new ScriptedRunner(gateway.vertx, gateway.runnerSocket);
    gateway.putUpstream("a-first", a.port, b.port);
    gateway.putUpstream("b-first", b.port, a.port);
    putArmedRoute(true);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private void putArmedRoute(boolean degradable) {
    gateway.putRoute(
        "reads",
        """
        {'uri':'/*','upstream_id':'a-first','plugins':{
          'ext-plugin-pre-req':{'_meta':{'filter':[['cookie_us_b','!','~~','^[0-9]{1,4}$']]},
            'allow_degradation':%b,
            'conf':[{'name':'understudy','value':'{\\"service\\":\\"orders\\"}'}]},
          'traffic-split':{'rules':[{'match':[{'vars':[['cookie_us_b','<',2500]]},
             {'vars':[['http_x_us_8f3a','==','eu-b']]}],
           'weighted_upstreams':[{'upstream_id':'b-first','weight':1}]}]}}}
        """
            .formatted(degradable));
  }

  @Test
  void itsHeaderRoutesTheRequestAndItsCookieReachesTheClient() {
    runner.behaviour = Behaviour.REWRITE;
    runner.requestHeaders = Map.of("X-Us-8f3a", "eu-b", "X-Secret", "");
    runner.responseHeaders = Map.of("Set-Cookie", "us_b=17; Path=/; HttpOnly; SameSite=Lax");
    runner.path = "/orders/ä/echo";
    runner.args = Map.of("a", "x y", "b", "");
    HttpResponse<String> answer = gateway.get("/old?a=1&b=2&c", "X-Secret", "s");
    assertThat(server(answer)).isEqualTo("eu-b");
    assertThat(answer.headers().allValues("Set-Cookie"))
        .containsExactly("own=1", "us_b=17; Path=/; HttpOnly; SameSite=Lax");
    assertThat(answer.body())
        .contains("GET /orders/%C3%A4/echo?c&a=x+y")
        .contains("X-us-8f3a=[eu-b]")
        .doesNotContain("X-secret");
  }

  @Test
  void aSettledCookieIsServedWithoutIt() {
    assertThat(server(gateway.get("/orders/1", "Cookie", "us_b=17"))).isEqualTo("eu-b");
    assertThat(server(gateway.get("/orders/1", "Cookie", "us_b=9999"))).isEqualTo("eu-a");
    assertThat(runner.calls).isEmpty();
    gateway.get("/orders/1", "Cookie", "us_b=w1700000000000");
    gateway.get("/orders/1", "Cookie", "us_b=12345");
    gateway.get("/orders/1");
    assertThat(runner.calls).hasSize(3);
    assertThat(runner.prepared).hasValue(1);
  }

  @Test
  void itIsToldTheRequestAsApisixTellsIt() {
    gateway.get("/rec/%E2%82%AC/a?id=7&id=8&q=a%20b%26c&empty=&flag", "X-User-Group", "beta");
    Call call = runner.calls.getFirst();
    assertThat(call.method()).isEqualTo("GET");
    assertThat(call.path()).isEqualTo("/rec/€/a");
    assertThat(call.sourceAddress()).isEqualTo("127.0.0.1");
    assertThat(call.args())
        .containsExactly(
            new Text("id", "7"),
            new Text("id", "8"),
            new Text("q", "a b&c"),
            new Text("empty", ""),
            new Text("flag", null));
    String place = gateway.gateway.listening().toString();
    assertThat(call.headers())
        .contains(
            new Text("host", place),
            new Text("x-user-group", "beta"),
            new Text("x-forwarded-proto", "http"),
            new Text("x-forwarded-host", place),
            new Text("x-forwarded-port", Integer.toString(gateway.gateway.listening().port())));
    assertThat(call.headers())
        .allMatch(header -> header.name().equals(header.name().toLowerCase(Locale.ROOT)));
  }

  @Test
  void aForgottenTokenIsPreparedAgain() {
    gateway.get("/orders/1");
    runner.forgetTokens();
    assertThat(gateway.get("/orders/1").statusCode()).isEqualTo(200);
    assertThat(runner.prepared).hasValue(2);
    assertThat(runner.calls).hasSize(2);
  }

  @Test
  void aChangedRouteIsPreparedAgain() {
    gateway.get("/orders/1");
    putArmedRoute(true);
    gateway.get("/orders/1");
    assertThat(runner.prepared).hasValue(2);
  }

  @Test
  void stopAnswersTheClient() {
    runner.behaviour = Behaviour.STOP;
    HttpResponse<String> answer = gateway.get("/orders/1");
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.body()).isEqualTo("stopped");
    assertThat(answer.headers().firstValue("X-Stopped-By")).contains("test");
  }

  @Test
  void itsQuestionsAreAnswered() {
    runner.behaviour = Behaviour.ASK_BACK;
    assertThat(gateway.get("/orders/1", "X-User-Id", "u7").statusCode()).isEqualTo(200);
    assertThat(gateway.get("/orders/1").statusCode()).isEqualTo(200);
    assertThat(runner.answersToQuestions).containsExactly("u7", "");
  }

  @Test
  void withoutAUsableAnswerTheRequestGoesOnToThePrimary() {
    for (Behaviour failing : List.of(Behaviour.HANG_UP, Behaviour.SILENCE, Behaviour.ERROR)) {
      runner.behaviour = failing;
      assertThat(server(gateway.get("/orders/1"))).as("%s", failing).isEqualTo("eu-a");
    }
    runner.behaviour = Behaviour.PROCEED;
    runner.close();
    assertThat(server(gateway.get("/orders/1"))).isEqualTo("eu-a");
    runner = new ScriptedRunner(gateway.vertx, gateway.runnerSocket);
    int before = runner.calls.size();
    assertThat(server(gateway.get("/orders/1"))).isEqualTo("eu-a");
    assertThat(runner.calls).hasSize(before + 1);
  }

  @Test
  void withoutDegradationTheClientIsToldThatItIsAway() {
    putArmedRoute(false);
    for (Behaviour failing : List.of(Behaviour.HANG_UP, Behaviour.SILENCE, Behaviour.ERROR)) {
      runner.behaviour = failing;
      assertThat(gateway.get("/orders/1").statusCode()).as("%s", failing).isEqualTo(503);
    }
  }

  @Test
  void connectionsAreBoundedAndUsedAgain() throws Exception {
    List<Future<HttpResponse<String>>> answers = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        answers.add(clients.submit(() -> gateway.get("/orders/1")));
      }
      for (Future<HttpResponse<String>> answer : answers) {
        assertThat(answer.get().statusCode()).isEqualTo(200);
      }
    }
    assertThat(runner.calls).hasSize(200);
    assertThat(runner.connected).as("4 for calls, 1 for the configuration").hasValueLessThan(6);
  }
}
