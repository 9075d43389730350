package io.understudy.testbed.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testbed.check.Answer.Failed;
import io.understudy.testbed.check.Call;
import io.understudy.testbed.check.History;
import io.understudy.testbed.check.HistoryChecker;
import io.understudy.testbed.check.Person;
import io.understudy.testbed.check.StoredOrder;
import io.understudy.testbed.process.Patience;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The load generator against a real HTTP server that keeps orders in a map. */
@Timeout(60)
class LoadGeneratorTest {
  private static final int RATE = 400;

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final Orders orders = new Orders();
  private int port;

  @BeforeEach
  void listen() throws Exception {
    port =
        vertx
            .createHttpServer()
            .requestHandler(orders::handle)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS)
            .actualPort();
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void keepsItsRateItsMixAndItsPromises() throws Exception {
    List<Person> people = Population.of(500, 7);
    long begin = System.nanoTime();
    LoadGenerator load = start(people);
    new Patience(System::nanoTime, folder)
        .await("4 s of load", Duration.ofSeconds(20), () -> load.tally().calls() > 4 * RATE);
    double wishing = (System.nanoTime() - begin) / 1e9;
    List<Call> calls = load.finish().get(20, TimeUnit.SECONDS);

    long first = calls.getFirst().span().startNanos();
    double ended = (System.nanoTime() - begin) / 1e9;
    // The upper bound is exact; the lower one leaves room for a machine that is busy at the end.
    assertThat((double) calls.size()).isBetween(RATE * wishing * 0.75, RATE * ended);
    assertThat(calls).noneMatch(Call::failed);
    assertThat(orders.overlaps).as("people with two requests in flight").isEmpty();
    assertThat(orders.wrongCookies).as("cookies that were not sent back").isZero();
    History.Routing routing =
        new History.Routing("orders", List.of(), List.of(), Duration.ZERO, Duration.ZERO);
    assertThat(HistoryChecker.check(new History(people, calls, orders.stored, routing))).isEmpty();
    Path log = folder.resolve("calls.tsv");
    CallLog.write(log, calls, first);
    assertThat(Files.readAllLines(log)).hasSize(calls.size() + 1);
  }

  @Test
  void reportsErrorsAndLostConnectionsAsFailures() throws Exception {
    orders.failing = true;
    LoadGenerator load = start(Population.of(20, 7));
    new Patience(System::nanoTime, folder)
        .await("failures", Duration.ofSeconds(20), () -> load.tally().failures() > 50);
    List<Call> calls = load.finish().get(20, TimeUnit.SECONDS);

    assertThat(calls).allMatch(Call::failed).allMatch(Call::isWrite);
    Set<Integer> statuses = new HashSet<>();
    calls.forEach(call -> statuses.add(((Failed) call.answer()).status()));
    assertThat(statuses).containsExactlyInAnyOrder(0, 503);
  }

  @Test
  void rateRisesEvenlyDuringTheRampAndThenStays() {
    LoadGenerator.Settings settings =
        new LoadGenerator.Settings(port, 100, Duration.ofSeconds(10), Duration.ofSeconds(5), 7);

    assertThat(settings.due(0)).isZero();
    assertThat(settings.due(5)).isEqualTo(125);
    assertThat(settings.due(10)).isEqualTo(500);
    assertThat(settings.due(12)).isEqualTo(700);
  }

  @Test
  void sameSeedMeansSamePeople() {
    assertThat(Population.of(500, 3))
        .isEqualTo(Population.of(500, 3))
        .isNotEqualTo(Population.of(500, 4));
    assertThat(Population.of(500, 3).stream().filter(p -> p.group().equals("beta")).count())
        .isBetween(30L, 75L);
  }

  private LoadGenerator start(List<Person> people) {
    LoadGenerator.Settings settings =
        new LoadGenerator.Settings(port, RATE, Duration.ZERO, Duration.ofSeconds(5), 7);
    return LoadGenerator.start(vertx, settings, people, System::nanoTime);
  }

  /** The service; all on one event loop. Every second write sets a cookie to be sent back. */
  private static final class Orders {
    private final Map<String, StoredOrder> stored = new HashMap<>();
    private final Map<String, String> cookies = new HashMap<>();
    private final Set<String> inFlight = new HashSet<>();
    private final Set<String> overlaps = new HashSet<>();
    private int wrongCookies;
    private volatile boolean failing;
    private int count;

    void handle(HttpServerRequest request) {
      count++;
      if (failing) {
        if (count % 2 == 0) {
          request.connection().close();
        } else {
          request.response().setStatusCode(503).end();
        }
        return;
      }
      String user = request.getHeader("x-user-id");
      if (!inFlight.add(user)) {
        overlaps.add(user);
      }
      String cookie = request.getHeader("cookie");
      if (!Objects.equals(cookie, cookies.get(user))) {
        wrongCookies++;
      }
      request.body().onSuccess(body -> answer(request, user, body.toString()));
    }

    private void answer(HttpServerRequest request, String user, String body) {
      inFlight.remove(user);
      request.response().putHeader("X-Endpoint", "eu-a");
      if (request.method().name().equals("GET")) {
        String id = request.path().substring("/orders/".length());
        StoredOrder order = shown(id);
        end(
            request,
            new JsonObject()
                .put("id", id)
                .put("user", order.user())
                .put("amount", order.amount())
                .put("version", order.version()));
        return;
      }
      JsonObject sent = new JsonObject(body);
      boolean create = request.method().name().equals("POST");
      String id = create ? sent.getString("id") : request.path().substring("/orders/".length());
      int version = create ? 1 : shown(id).version() + 1;
      stored.put(id, new StoredOrder(user, sent.getInteger("amount"), version));
      if (count % 2 == 0) {
        cookies.put(user, "us_b=" + count);
        request.response().putHeader("Set-Cookie", "us_b=" + count + "; Path=/; HttpOnly");
      }
      end(request.response().setStatusCode(create ? 201 : 200), id, version);
    }

    private StoredOrder shown(String id) {
      return Objects.requireNonNull(stored.get(id), id);
    }

    private static void end(HttpServerResponse response, String id, int version) {
      response.end(new JsonObject().put("id", id).put("version", version).toBuffer());
    }

    private static void end(HttpServerRequest request, JsonObject order) {
      request.response().end(order.toBuffer());
    }
  }
}
