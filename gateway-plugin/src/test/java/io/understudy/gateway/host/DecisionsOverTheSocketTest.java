package io.understudy.gateway.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.api7.A6.Method;
import io.understudy.gateway.Await;
import io.understudy.gateway.LogLines;
import io.understudy.gateway.decision.Plans;
import io.understudy.model.Bucket;
import io.understudy.model.Cohort;
import io.understudy.model.Share;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DecisionsOverTheSocketTest {
  private static final Duration BOUND = Duration.ofSeconds(10);
  private static final String ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Lax";

  @TempDir Path folder;
  private final LogLines log = new LogLines();
  private HostFixture host;
  private GatewayClient client;
  private long token;

  @BeforeEach
  void start() throws IOException {
    host = new HostFixture(folder);
    client = host.connect();
    token = client.prepare("route#us.orders.reads", HostFixture.CONF);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    host.close();
    log.close();
  }

  @Test
  void firstTouchGetsItsBucketAndTheDecisionHeader() {
    host.know(Plans.sharing(10_000));

    GatewayClient.Answer answer = get(Map.of("x-user-id", "ada"));

    int bucket = Bucket.of(Bucket.salt("orders"), "ada");
    assertThat(answer.requestHeaders()).isEqualTo(Map.of("X-Us-8f3a", "eu-b"));
    assertThat(answer.clientHeaders())
        .isEqualTo(Map.of("Set-Cookie", "us_b=" + bucket + ATTRIBUTES));
    assertThat(counted("shadow", "first-touch")).isEqualTo(1);
  }

  @Test
  void firstTouchOnThePrimaryGetsItsBucketAlone() {
    host.know(Plans.sharing(0));

    GatewayClient.Answer answer = get(Map.of("x-user-id", "ada"));

    assertThat(answer.requestHeaders()).isEmpty();
    assertThat(answer.clientHeaders()).containsOnlyKeys("Set-Cookie");
    assertThat(counted("primary", "first-touch")).isEqualTo(1);
  }

  @Test
  void clientWithoutUserHeaderIsKnownByItsAddress() {
    host.know(Plans.sharing(0));
    int bucket = Bucket.of(Bucket.salt("orders"), "10.1.2.3");

    for (Map<String, String> headers : List.of(Map.<String, String>of(), Map.of("x-user-id", ""))) {
      assertThat(get(headers).clientHeaders())
          .isEqualTo(Map.of("Set-Cookie", "us_b=" + bucket + ATTRIBUTES));
    }
  }

  @Test
  void settledCookieIsFoundAmongOthersAndKept() {
    host.know(Plans.sharing(2500));

    assertThat(get(Map.of("cookie", "JSESSIONID=abc; us_b=2499; uid=42")).requestHeaders())
        .isEqualTo(Map.of("X-Us-8f3a", "eu-b"));
    assertThat(get(Map.of("cookie", "us_b=2499")).clientHeaders()).isEmpty();
    assertThat(get(Map.of("cookie", "us_b=2500")).changesNothing()).isTrue();
  }

  @Test
  void recentWriterIsPinnedToThePrimary() {
    host.know(Plans.sharing(10_000));

    GatewayClient.Answer answer = get(Map.of("cookie", "us_b=w"));

    assertThat(answer.requestHeaders()).isEmpty();
    assertThat(answer.clientHeaders())
        .isEqualTo(Map.of("Set-Cookie", "us_b=w" + Plans.ISSUED + ATTRIBUTES));
  }

  @Test
  void cohortIsReadFromTheIdentityHeaders() {
    Cohort beta = new Cohort("beta", "beta", "eu", null, "/orders", new Share(10_000));
    host.know(Plans.orders("eu-b", List.of(beta)));

    assertThat(get(Map.of("x-user-group", "beta", "x-user-region", "eu")).requestHeaders())
        .containsEntry("X-Us-8f3a", "eu-b");
    assertThat(get(Map.of("x-user-group", "beta", "x-user-region", "us")).requestHeaders())
        .isEmpty();
    assertThat(get(Map.of("x-user-region", "eu")).requestHeaders()).isEmpty();
  }

  @Test
  void writesAreLeftAlone() {
    host.know(Plans.sharing(10_000));
    for (int method : new int[] {Method.POST, Method.PUT, Method.PATCH, Method.DELETE}) {
      Frames.Call call = new Frames.Call(9, token, method, "/orders", Map.of());
      assertThat(client.ask(Frames.request(call)).changesNothing()).isTrue();
    }
  }

  @Test
  void headerValueThatIsNotUtf8IsNoReasonToFail() {
    host.know(Plans.sharing(10_000));
    byte[] frame = Frames.request(Frames.Call.get(3, token, Map.of("x-user-id", "zoe-key")));
    String text = new String(frame, java.nio.charset.StandardCharsets.ISO_8859_1);
    frame[text.indexOf("zoe-key") + 2] = (byte) 0xeb;

    assertThat(client.ask(frame).requestId()).isEqualTo(3);
  }

  @Test
  void unknownServiceIsReportedWithRouteAndRemedyAndGoesToThePrimary() {
    host.know(Plans.sharing(10_000));
    long typo = client.prepare("route#typo", "{\"service\":\"odrers\"}");

    assertThat(client.ask(Frames.request(Frames.Call.get(1, typo, Map.of()))).changesNothing())
        .isTrue();
    Await.until(
        "the log line",
        BOUND,
        () ->
            log.contains(
                "ERROR conf route#typo: -> REFUSED",
                "unknown service 'odrers'",
                "correct the name, or add the service to the daemon's understudy.yaml"));
    assertThat(log.contains("route#us.orders.reads")).isFalse();
  }

  @Test
  void unknownServiceIsNotReportedBeforeTheClusterHasAnswered() {
    host.know(Plans.sharing(0));
    client.prepare("route#typo", "{\"service\":\"odrers\"}");
    Await.until("the log line", BOUND, () -> log.contains("conf route#typo"));

    try (LogLines later = new LogLines()) {
      host.known.set(io.understudy.gateway.decision.Snapshot.NOTHING);
      Await.until("the end of it", BOUND, () -> later.contains("route#typo: REFUSED -> USED"));
    }
  }

  @Test
  void confThatCannotBeReadIsReportedWithRouteAndRemedyAndGoesToThePrimary() {
    host.know(Plans.sharing(10_000));
    Map<String, String> wrong =
        Map.of(
            "{\"service\":", "is not valid JSON; write {\"service\":\"<name>\"}",
            "[]", "not a JSON object",
            "{}", "key 'service' is missing",
            "{\"service\":7}", "key 'service' is not a string",
            "{\"servize\":\"orders\"}", "unknown key 'servize'",
            "{\"service\":\"Orders!\"}", "service 'Orders!' is not a name",
            "", "the conf is empty",
            "{\"service\":\"orders\"} x", "is not valid JSON");
    wrong.forEach((conf, message) -> {
      long its = client.prepare("route#" + conf.hashCode(), conf);
      assertThat(client.ask(Frames.request(Frames.Call.get(1, its, Map.of()))).changesNothing())
          .isTrue();
      Await.until(
          message, BOUND, () -> log.contains("ERROR conf route#" + conf.hashCode() + ":", message));
    });
    assertThat(
            host.registry.getSampleValue(
                "understudy_decisions_total",
                new String[] {"service", "side", "reason"},
                new String[] {"unreadable", "primary", "bad-conf"}))
        .isEqualTo(wrong.size());
  }

  @Test
  void confWithoutOurEntryIsReportedToo() {
    client.ask(Frames.prepare("route#other", Map.of("noop", "x")));
    Await.until("the log line", BOUND, () -> log.contains("conf route#other", "conf is empty"));
  }

  @Test
  void sameKeyGetsTheSameTokenOnEveryConnection() throws IOException {
    try (GatewayClient other = host.connect()) {
      assertThat(other.prepare("route#us.orders.reads", HostFixture.CONF)).isEqualTo(token);
      assertThat(other.prepare("route#another", HostFixture.CONF)).isNotEqualTo(token);
    }
  }

  @Test
  void latencyAndFramesAreCounted() {
    get(Map.of());
    assertThat(host.registry.getSampleValue("understudy_request_seconds_count")).isEqualTo(1);
    assertThat(
            host.registry.getSampleValue(
                "understudy_frames_total", new String[] {"type"}, new String[] {"prepare-conf"}))
        .isEqualTo(1);
    assertThat(host.registry.getSampleValue("understudy_connections")).isEqualTo(1);
  }

  private GatewayClient.Answer get(Map<String, String> headers) {
    return client.ask(Frames.request(Frames.Call.get(5, token, headers)));
  }

  private Double counted(String side, String reason) {
    return host.registry.getSampleValue(
        "understudy_decisions_total",
        new String[] {"service", "side", "reason"},
        new String[] {"orders", side, reason});
  }
}
