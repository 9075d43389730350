package io.understudy.daemon.api;

import io.understudy.daemon.api.Tokens.Role;
import io.understudy.model.Position;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Consumer;

/** What a request must bring before it is answered: a token, and parameters that are usable. */
public final class Gate {
  private final Tokens tokens;

  public Gate(Tokens tokens) {
    this.tokens = tokens;
  }

  /** Lets only requests with a token of at least this role through. */
  public Handler<RoutingContext> allowed(Role needed, Consumer<RoutingContext> handler) {
    return context -> {
      String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
      if (header == null || !header.startsWith("Bearer ")) {
        refuse(context, 401, "a bearer token is needed: Authorization: Bearer TOKEN");
        return;
      }
      Optional<Role> role = tokens.roleOf(header.substring("Bearer ".length()));
      if (role.isEmpty()) {
        refuse(context, 401, "this token is not known");
      } else if (role.get().compareTo(needed) < 0) {
        refuse(context, 403, "this needs the role " + needed + ", the token has " + role.get());
      } else {
        handler.accept(context);
      }
    };
  }

  /** A whole number, {@code min} if it is absent; empty if it was refused. */
  public static Optional<Long> number(RoutingContext context, String name, long min, long max) {
    String text = context.queryParams().get(name);
    try {
      long value = text == null ? min : Long.parseLong(text);
      if (value >= min && value <= max) {
        return Optional.of(value);
      }
    } catch (NumberFormatException e) {
      // Falls through: out of range and not a number read the same to the caller.
    }
    refuse(context, 400, name + " '" + text + "' is not a whole number in " + min + ".." + max);
    return Optional.empty();
  }

  /** A position, the lowest if it is absent; empty if it was refused. */
  public static Optional<Position> position(RoutingContext context, String name) {
    String text = context.queryParams().get(name);
    try {
      return Optional.of(text == null ? Position.NONE : Position.parse(text));
    } catch (IllegalArgumentException e) {
      refuse(context, 400, name + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Answers an error in the form of all our errors. */
  public static void refuse(RoutingContext context, int status, String reason) {
    context.response().setStatusCode(status);
    context.json(new JsonObject().put("error", reason));
  }
}
