package io.understudy.testbed.app;

import io.understudy.testbed.app.state.PendingWrites.Outcome;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * Orders over HTTP. A write is answered 2xx only when it is replicated; an answer 503 says whether
 * it had an effect. For one event loop.
 */
final class OrdersApi {
  private final OrderStore store;
  private final Blocking blocking;
  private final Durability durability;
  private final AppSettings.Limits limits;
  private int writes;
  private int reads;

  OrdersApi(OrderStore store, Blocking blocking, Durability durability, AppSettings.Limits limits) {
    this.store = store;
    this.blocking = blocking;
    this.durability = durability;
    this.limits = limits;
  }

  void register(Router router) {
    router.post("/orders").handler(this::create);
    router.put("/orders/:id").handler(this::change);
    router.get("/orders/:id").handler(this::show);
    router.get("/orders").handler(this::list);
  }

  private void create(RoutingContext context) {
    String user = context.request().getHeader("x-user-id");
    if (user == null || user.isBlank()) {
      throw new BadRequestException("header x-user-id is missing");
    }
    JsonObject order = body(context);
    UUID id = uuid(order.getValue("id"));
    int amount = amount(order);
    write(context, id, () -> store.insert(id, user, amount));
  }

  private void change(RoutingContext context) {
    UUID id = uuid(context.pathParam("id"));
    int amount = amount(body(context));
    write(context, id, () -> store.update(id, amount));
  }

  private void show(RoutingContext context) {
    UUID id = uuid(context.pathParam("id"));
    read(
        context,
        () -> store.find(id),
        found ->
            found
                .map(order -> new Answer(200, json(order)))
                .orElseGet(() -> Answer.error(404, "no order " + id)));
  }

  private void list(RoutingContext context) {
    List<String> user = context.queryParam("user");
    if (user.size() != 1) {
      throw new BadRequestException("argument user is missing");
    }
    read(
        context,
        () -> store.newestOf(user.getFirst()),
        orders -> {
          JsonArray list = new JsonArray();
          orders.forEach(order -> list.add(json(order)));
          return new Answer(200, new JsonObject().put("orders", list));
        });
  }

  private <T> void read(RoutingContext context, Callable<T> work, Function<T, Answer> answer) {
    if (reads >= limits.readsMax()) {
      Answer.error(503, "too many reads").retryLater().send(context);
      return;
    }
    reads++;
    blocking
        .run(work)
        .map(answer)
        .onComplete(done -> reads--)
        .otherwise(e -> Answer.error(503, "cannot read: " + e.getMessage()).retryLater())
        .onSuccess(result -> result.send(context));
  }

  private void write(RoutingContext context, UUID id, Callable<WriteResult> work) {
    if (writes >= limits.writesMax()) {
      Answer.error(503, "too many writes").retryLater().send(context);
      return;
    }
    writes++;
    boolean creates = context.pathParam("id") == null;
    blocking
        .run(work)
        .compose(result -> answer(id, creates, result))
        .onComplete(done -> writes--)
        .onSuccess(answer -> answer.send(context))
        .onFailure(context::fail);
  }

  private Future<Answer> answer(UUID id, boolean creates, WriteResult result) {
    return switch (result) {
      case WriteResult.Committed committed ->
          durability
              .of(committed.lsn())
              .map(outcome ->
                  outcome == Outcome.REPLICATED
                      ? written(id, creates, committed.version())
                      : Answer.error(503, "committed, but not known to be replicated").unknown());
      case WriteResult.Unknown(String reason) ->
          Future.succeededFuture(Answer.error(503, reason).unknown());
      case WriteResult.Refused ignored ->
          Future.succeededFuture(Answer.error(503, "not the primary").retryLater().refused());
      case WriteResult.Failed(String reason) ->
          Future.succeededFuture(Answer.error(503, reason).retryLater());
      case WriteResult.NotFound ignored ->
          Future.succeededFuture(Answer.error(404, "no order " + id));
      case WriteResult.Exists ignored ->
          Future.succeededFuture(Answer.error(409, "order " + id + " exists"));
    };
  }

  private static Answer written(UUID id, boolean creates, int version) {
    return new Answer(
        creates ? 201 : 200, new JsonObject().put("id", id.toString()).put("version", version));
  }

  private static JsonObject json(Order order) {
    return new JsonObject()
        .put("id", order.id().toString())
        .put("user", order.user())
        .put("amount", order.amount())
        .put("version", order.version());
  }

  private static JsonObject body(RoutingContext context) {
    try {
      JsonObject body = context.body().asJsonObject();
      if (body != null) {
        return body;
      }
    } catch (DecodeException | ClassCastException e) {
      throw new BadRequestException("the body is not a JSON object");
    }
    throw new BadRequestException("the body is missing");
  }

  private static UUID uuid(Object text) {
    try {
      return UUID.fromString(String.valueOf(text));
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("id '" + text + "' is not a UUID");
    }
  }

  private static int amount(JsonObject order) {
    if (order.getValue("amount") instanceof Integer amount) {
      return amount;
    }
    throw new BadRequestException("amount '" + order.getValue("amount") + "' is not an integer");
  }
}
