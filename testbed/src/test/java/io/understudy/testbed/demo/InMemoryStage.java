package io.understudy.testbed.demo;

import io.understudy.model.Bucket;
import io.understudy.testbed.check.StoredOrder;
import io.understudy.testbed.process.Child;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Gateway, service and daemon on one event loop: orders in a map that every endpoint shares, shares
 * that rise every second once the fault has begun, a successor a second after the kill.
 */
final class InMemoryStage implements Stage, AutoCloseable {
  static final String TOKEN = "token-of-the-test";

  private static final long STEP_MILLIS = 1_000;
  private static final int[] SHARES = {500, 2_500, 5_000};

  private final Vertx vertx = Vertx.vertx();
  private final Misdeed misdeed;

  // All of this belongs to the event loop.
  private final Map<String, StoredOrder> orders = new HashMap<>();
  private final Set<String> writers = new HashSet<>();
  private final List<JsonObject> events = new ArrayList<>();
  private boolean primaryDead;
  private boolean takenOver;
  private double risk = 0.1;
  private int share;
  private int planVersion = 1;

  private InMemoryStage(Misdeed misdeed) {
    this.misdeed = misdeed;
  }

  static InMemoryStage open(Layout layout, Misdeed misdeed) throws Exception {
    InMemoryStage stage = new InMemoryStage(misdeed);
    CompletableFuture<Void> listening = new CompletableFuture<>();
    // One context, so that all servers share one thread.
    stage.vertx.runOnContext(ignored ->
        Future.all(
                stage.listen(layout.gateway(), stage::throughGateway),
                stage.listen(layout.daemon(), stage::askDaemon),
                stage.listen(layout.primary().app(), stage::breakPrimary),
                stage.listen(layout.endpoints().get(1).app(), stage::askSuccessor))
            .onSuccess(done -> listening.complete(null))
            .onFailure(listening::completeExceptionally));
    listening.get(10, TimeUnit.SECONDS);
    return stage;
  }

  @Override
  public int kill(Layout.Endpoint endpoint) {
    onLoop(() -> {
      primaryDead = true;
      vertx.setTimer(STEP_MILLIS, timer -> takeOver());
    });
    return 7;
  }

  @Override
  public List<Child> endedByThemselves() {
    return List.of();
  }

  @Override
  public void close() {
    vertx.close().await();
  }

  private Future<?> listen(int port, Handler<HttpServerRequest> handler) {
    return vertx.createHttpServer().requestHandler(handler).listen(port, "127.0.0.1");
  }

  private void takeOver() {
    takenOver = true;
    share = 0;
    planVersion++;
    if (misdeed == Misdeed.LOSES_AN_ORDER) {
      String victim =
          orders.keySet().stream()
              .filter(id -> shown(id).user().startsWith("user-"))
              .filter(id -> shown(id).version() == 1) // a changed one would be two lost writes
              .findFirst()
              .orElseThrow();
      orders.remove(victim);
    }
  }

  private void throughGateway(HttpServerRequest request) {
    String user = request.getHeader("x-user-id");
    boolean read = request.method().name().equals("GET");
    boolean onShadow = primaryDead || takenOver || (read && shifted(user));
    request.response().putHeader("X-Endpoint", onShadow ? "eu-b" : "eu-a");
    if (read) {
      writers.remove(user);
      show(request);
    } else if (primaryDead && !takenOver) {
      request.response().setStatusCode(503).end();
    } else {
      writers.add(user);
      request.body().onSuccess(body -> write(request, user, new JsonObject(body)));
    }
  }

  private boolean shifted(String user) {
    if (misdeed == Misdeed.SHIFTS_WITHOUT_A_PLAN && orders.size() % 10 == 0) {
      return true;
    }
    return !writers.contains(user) && Bucket.of(Bucket.salt("orders"), user) < share;
  }

  private void show(HttpServerRequest request) {
    String id = request.path().substring("/orders/".length());
    StoredOrder order = orders.get(id);
    if (order == null) {
      request.response().setStatusCode(404).end();
      return;
    }
    end(
        request.response(),
        new JsonObject()
            .put("id", id)
            .put("user", order.user())
            .put("amount", order.amount())
            .put("version", order.version()));
  }

  private void write(HttpServerRequest request, String user, JsonObject body) {
    boolean create = request.method().name().equals("POST");
    String id = create ? body.getString("id") : request.path().substring("/orders/".length());
    StoredOrder before = orders.get(id);
    int version = before == null ? 1 : before.version() + 1;
    orders.put(id, new StoredOrder(user, body.getInteger("amount"), version));
    request.response().setStatusCode(create ? 201 : 200);
    end(request.response(), new JsonObject().put("id", id).put("version", version));
  }

  private void breakPrimary(HttpServerRequest request) {
    risk = 0.41;
    event("shift", "Calm everyone=0", "Armed everyone=0", "risk 0.41 of eu-a");
    for (int i = 0; i < SHARES.length; i++) {
      int next = SHARES[i];
      vertx.setTimer((i + 1) * STEP_MILLIS, timer -> shift(next));
    }
    request.response().setStatusCode(204).end();
  }

  private void shift(int next) {
    event("shift", "Armed everyone=" + share, "Shifted everyone=" + next, "risk 0.72 of eu-a");
    share = next;
    planVersion++;
  }

  private void event(String kind, String from, String to, String cause) {
    events.add(
        new JsonObject()
            .put("seq", events.size() + 1)
            .put("atMillis", System.currentTimeMillis())
            .put("kind", kind)
            .put("from", from)
            .put("to", to)
            .put("cause", cause));
  }

  private void askSuccessor(HttpServerRequest request) {
    request.response().putHeader("X-Endpoint", "eu-b");
    show(request);
  }

  private void askDaemon(HttpServerRequest request) {
    if (!("Bearer " + TOKEN).equals(request.getHeader("Authorization"))) {
      request.response().setStatusCode(401).end();
      return;
    }
    switch (request.path()) {
      case "/v1/services/orders" -> end(request.response(), service());
      case "/v1/services/orders/risk" -> end(request.response(), risk());
      case "/v1/services/orders/freeze", "/v1/services/orders/release" ->
          end(request.response(), new JsonObject().put("done", "so be it"));
      case "/v1/events" -> {
        int after = Integer.parseInt(request.getParam("after"));
        JsonArray news = new JsonArray(List.copyOf(events.subList(after, events.size())));
        end(request.response(), new JsonObject().put("events", news));
      }
      default -> request.response().setStatusCode(404).end();
    }
  }

  private JsonObject service() {
    JsonObject cohort = new JsonObject().put("name", "everyone").put("shareBp", share);
    JsonObject plan =
        new JsonObject()
            .put("epoch", takenOver ? 2 : 1)
            .put("version", planVersion)
            .put("primary", takenOver ? "eu-b" : "eu-a")
            .put("shadow", takenOver ? null : "eu-b")
            .put("cohorts", new JsonArray().add(cohort));
    JsonObject shadow =
        new JsonObject()
            .put("name", takenOver ? "us-a" : "eu-b")
            .put("role", "shadow")
            .put("state", "IN_SYNC")
            .put("lagMillis", 12);
    return new JsonObject()
        .put("phase", "STEADY")
        .put("routesInForce", planVersion)
        .put("plan", plan)
        .put("endpoints", new JsonArray().add(shadow));
  }

  private JsonObject risk() {
    JsonObject score = new JsonObject().put("endpoint", "eu-a").put("score", risk);
    return new JsonObject().put("risk", new JsonArray().add(score));
  }

  private StoredOrder shown(String id) {
    return Objects.requireNonNull(orders.get(id), id);
  }

  private static void end(HttpServerResponse response, JsonObject body) {
    response.end(body.toBuffer());
  }

  private void onLoop(Runnable action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    vertx.runOnContext(ignored -> {
      action.run();
      done.complete(null);
    });
    try {
      done.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
