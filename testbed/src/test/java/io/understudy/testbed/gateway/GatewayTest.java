package io.understudy.testbed.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.config.HostPort;
import io.understudy.testbed.command.CannotStartException;
import io.understudy.testbed.gateway.runner.RunnerPool;
import io.understudy.testbed.support.Await;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {
  private static final String READS =
      "{'uri':'/orders/*','methods':['GET','HEAD','OPTIONS'],'upstream_id':'%s'}";

  @TempDir static Path backends;
  @TempDir Path folder;
  private static BackendProcess a;
  private static BackendProcess b;
  private GatewayFixture gateway;

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
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void aKilledPrimaryLosesNoReadAndNoPostIsExecutedTwice() throws Exception {
    try (BackendProcess primary = BackendProcess.start("eu-x", folder);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      gateway.putUpstream("x-first", primary.port, b.port);
      gateway.putRoute("all", "{'uri':'/orders/*','upstream_id':'x-first'}");
      AtomicInteger reads = new AtomicInteger();
      List<Future<List<Integer>>> readers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        readers.add(clients.submit(() -> read(reads)));
      }
      List<Future<List<String>>> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String writer = "w" + i;
        writers.add(clients.submit(() -> write(reads, writer)));
      }
      Await.until("the load runs", () -> reads.get() >= 1_500);
      primary.kill();
      List<Integer> statuses = joined(readers);
      List<String> acknowledged = joined(writers);
      assertThat(statuses).hasSizeGreaterThanOrEqualTo(4_000).containsOnly(200);
      List<String> executed = new ArrayList<>(primary.executed());
      executed.addAll(b.executed());
      assertThat(executed).doesNotHaveDuplicates().containsAll(acknowledged);
      assertThat(acknowledged).isNotEmpty();
    }
  }

  private List<Integer> read(AtomicInteger reads) {
    List<Integer> statuses = new ArrayList<>();
    while (reads.incrementAndGet() <= 4_000) {
      statuses.add(gateway.get("/orders/1").statusCode());
    }
    statuses.add(gateway.get("/orders/1").statusCode());
    return statuses;
  }

  /** Posts until the readers are done; the result is what was acknowledged. */
  private List<String> write(AtomicInteger reads, String writer) {
    List<String> acknowledged = new ArrayList<>();
    for (int i = 0; reads.get() < 4_000; i++) {
      String id = writer + "-" + i;
      HttpResponse<String> answer =
          gateway.send(gateway.request("/orders/").POST(BodyPublishers.ofString(id)));
      if (answer.statusCode() == 200) {
        acknowledged.add(id);
      } else {
        assertThat(answer.statusCode()).isIn(502, 504);
      }
    }
    return acknowledged;
  }

  private static <T> List<T> joined(List<Future<List<T>>> parts)
      throws ExecutionException, InterruptedException {
    List<T> all = new ArrayList<>();
    for (Future<List<T>> part : parts) {
      all.addAll(part.get());
    }
    return all;
  }

  @Test
  void trafficSplitsByCookieAndByHeader() {
    gateway.putUpstream("a-first", a.port, b.port);
    gateway.putUpstream("b-first", b.port, a.port);
    gateway.putRoute(
        "reads",
        """
        {'uris':['/orders','/orders/*'],'methods':['GET'],'upstream_id':'a-first','plugins':{
          'traffic-split':{'rules':[{'match':[
             {'vars':[['cookie_us_b','<',2500],['http_x_user_group','==','beta']]},
             {'vars':[['http_x_us_8f3a','==','eu-b']]}],
           'weighted_upstreams':[{'upstream_id':'b-first','weight':1}]}]}}}
        """);
    assertThat(server(gateway.get("/orders/1"))).isEqualTo("eu-a");
    assertThat(server(gateway.get("/orders", "Cookie", "us_b=17", "X-User-Group", "beta")))
        .isEqualTo("eu-b");
    assertThat(server(gateway.get("/orders/1", "Cookie", "us_b=17"))).isEqualTo("eu-a");
    assertThat(server(gateway.get("/orders/1", "Cookie", "us_b=2500", "X-User-Group", "beta")))
        .isEqualTo("eu-a");
    assertThat(server(gateway.get("/orders/1", "Cookie", "us_b=w1", "X-User-Group", "beta")))
        .isEqualTo("eu-a");
    assertThat(server(gateway.get("/orders/1", "X-Us-8f3a", "eu-b"))).isEqualTo("eu-b");
  }

  @Test
  void splitWeightsAreServedInTurn() {
    gateway.putUpstream("a-first", a.port, b.port);
    gateway.putUpstream("b-first", b.port, a.port);
    gateway.putRoute(
        "reads",
        """
        {'uri':'/*','upstream_id':'a-first','plugins':{'traffic-split':{'rules':[
          {'weighted_upstreams':[{'upstream_id':'b-first','weight':1},{'weight':3}]}]}}}
        """);
    int shadow = 0;
    for (int i = 0; i < 40; i++) {
      shadow += server(gateway.get("/orders/1")).equals("eu-b") ? 1 : 0;
    }
    assertThat(shadow).isEqualTo(10);
  }

  @Test
  void aMarkedAnswerKeepsTheUpstreamsOwnCookie() {
    gateway.putUpstream("a-first", a.port, b.port);
    gateway.putRoute(
        "writes",
        """
        {'uri':'/orders/*','methods':['POST'],'upstream_id':'a-first','plugins':{
          'response-rewrite':{'headers':{
            'add':['Set-Cookie: us_b=w; Path=/; HttpOnly; SameSite=Lax'],
            'set':{'X-Set':'1'},'remove':['X-Endpoint']}}}}
        """);
    HttpResponse<String> answer =
        gateway.send(gateway.request("/orders/").POST(BodyPublishers.ofString("mark")));
    assertThat(answer.headers().allValues("Set-Cookie"))
        .containsExactly("own=1", "us_b=w; Path=/; HttpOnly; SameSite=Lax");
    assertThat(answer.headers().firstValue("X-Set")).contains("1");
    assertThat(answer.headers().firstValue("X-Endpoint")).isEmpty();
  }

  @Test
  void anUnavailableAnswerIsAskedForElsewhereForReadsOnly() {
    gateway.putUpstream("a-first", a.port, b.port);
    gateway.putRoute("all", "{'uri':'/*','upstream_id':'a-first'}");
    HttpResponse<String> read = gateway.get("/status/503");
    assertThat(read.statusCode()).isEqualTo(503);
    assertThat(server(read)).as("both were asked").isEqualTo("eu-b");
    HttpResponse<String> write =
        gateway.send(gateway.request("/status/503").POST(BodyPublishers.ofString("once")));
    assertThat(write.statusCode()).isEqualTo(503);
    assertThat(server(write)).isEqualTo("eu-a");
  }

  @Test
  void aReadThatTakesTooLongIsAskedForElsewhereAndAPostIsNot() throws IOException {
    gateway.putUpstream("a-first", a.port, b.port);
    gateway.putRoute("all", "{'uri':'/*','upstream_id':'a-first'}");
    assertThat(gateway.get("/slow/5000").statusCode()).isEqualTo(504);
    HttpResponse<String> write =
        gateway.send(gateway.request("/slow/5000").POST(BodyPublishers.ofString("slow-post")));
    assertThat(write.statusCode()).isEqualTo(504);
    List<String> executed = new ArrayList<>(a.executed());
    executed.addAll(b.executed());
    assertThat(executed).containsOnlyOnce("slow-post");
  }

  @Test
  void aNodeThatIsGoneIsLeftOutAndComesBack() throws IOException {
    BackendProcess first = BackendProcess.start("eu-c", folder);
    gateway.putUpstream("c-first", first.port, b.port);
    gateway.putRoute("all", "{'uri':'/*','upstream_id':'c-first'}");
    assertThat(server(gateway.get("/orders/1"))).isEqualTo("eu-c");
    assertThat(gateway.get("/orders/1").headers().firstValue("x-testbed-passed-over")).isEmpty();
    first.kill();
    HttpResponse<String> standIn = gateway.get("/orders/1");
    assertThat(server(standIn)).isEqualTo("eu-b");
    assertThat(standIn.headers().firstValue("x-testbed-passed-over"))
        .hasValue("127.0.0.1:" + first.port);
    try (BackendProcess again = BackendProcess.start("eu-c", folder, first.port)) {
      assertThat(again.port).isEqualTo(first.port);
      Await.until("eu-c serves again", () -> server(gateway.get("/orders/1")).equals("eu-c"));
    }
  }

  @Test
  void withNoNodeLeftTheAnswerIs502() throws IOException {
    BackendProcess gone = BackendProcess.start("eu-d", folder);
    gone.kill();
    gateway.putUpstream("gone", gone.port, gone.port);
    gateway.putRoute("all", "{'uri':'/*','upstream_id':'gone'}");
    assertThat(gateway.get("/orders/1").statusCode()).isEqualTo(502);
    assertThat(
            gateway
                .send(gateway.request("/orders/").POST(BodyPublishers.ofString("x")))
                .statusCode())
        .isEqualTo(502);
  }

  @Test
  void anAcceptedChangeIsInForceAndRunningRequestsKeepTheirs() throws Exception {
    gateway.putUpstream("a-first", a.port, b.port);
    gateway.putUpstream("b-first", b.port, a.port);
    gateway.putRoute("reads", READS.formatted("a-first"));
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> running = clients.submit(() -> gateway.get("/orders/slow/600"));
      for (int i = 0; i < 50; i++) {
        gateway.putRoute("reads", READS.formatted(i % 2 == 0 ? "b-first" : "a-first"));
        assertThat(server(gateway.get("/orders/1"))).isEqualTo(i % 2 == 0 ? "eu-b" : "eu-a");
      }
      assertThat(running.get().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void headersTellTheUpstreamWhoAsked() {
    gateway.putUpstream("a-first", a.port, b.port);
    gateway.putRoute("all", "{'uri':'/*','upstream_id':'a-first'}");
    String seen =
        gateway
            .get("/echo?a=b%20c", "X-Forwarded-Proto", "gopher", "X-Forwarded-For", "1.2.3.4")
            .body();
    assertThat(seen)
        .contains("GET /echo?a=b%20c")
        .contains("X-forwarded-proto=[http]")
        .contains("X-forwarded-for=[1.2.3.4, 127.0.0.1]")
        .contains("X-real-ip=[127.0.0.1]")
        .contains("Host=[" + gateway.gateway.listening() + "]");
  }

  @Test
  void aBodyOverTheBoundIsRefusedAndOthersStillServed() {
    gateway.putUpstream("a-first", a.port, b.port);
    gateway.putRoute("all", "{'uri':'/*','upstream_id':'a-first'}");
    String fits = "y".repeat(4096);
    assertThat(gateway.send(gateway.request("/o").POST(BodyPublishers.ofString(fits))).statusCode())
        .isEqualTo(200);
    assertThat(
            gateway
                .send(gateway.request("/o").POST(BodyPublishers.ofString(fits + "y")))
                .statusCode())
        .isEqualTo(413);
    assertThat(gateway.get("/o").statusCode()).isEqualTo(200);
  }

  @Test
  void headAndUnknownRoutesAndBrokenTargetsAreAnswered() {
    gateway.putUpstream("a-first", a.port, b.port);
    gateway.putRoute("reads", READS.formatted("a-first"));
    assertThat(
            gateway
                .send(gateway.request("/orders/1").method("HEAD", BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(200);
    assertThat(gateway.get("/other").statusCode()).isEqualTo(404);
    assertThat(gateway.send(gateway.request("/orders/1").DELETE()).statusCode()).isEqualTo(404);
  }

  @Test
  void aPortInUseIsReportedWithPlaceAndRemedy() {
    GatewaySettings taken =
        new GatewaySettings(
            gateway.gateway.listening(),
            new HostPort("127.0.0.1", 0),
            "key",
            "none",
            new RunnerPool.Bounds(1, 1, 1),
            GatewaySettings.RETRY_RULE,
            1);
    assertThatThrownBy(() -> Gateway.start(gateway.vertx, taken).await())
        .isInstanceOf(CannotStartException.class)
        .hasMessageContaining("--listen " + gateway.gateway.listening())
        .hasMessageContaining("stop the process that listens there or choose another port");
  }

  static String server(HttpResponse<String> answer) {
    return answer.headers().firstValue("X-Endpoint").orElse("status " + answer.statusCode());
  }
}
