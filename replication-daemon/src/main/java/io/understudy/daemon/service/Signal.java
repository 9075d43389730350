package io.understudy.daemon.service;

import io.understudy.daemon.route.RouteWriter;
import io.understudy.daemon.shift.OperatorOrder;
import io.understudy.daemon.watch.PrimaryWatch.Observation;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What a service's supervisor can hear; the supervisor alone acts on it. */
sealed interface Signal {
  /** A probe looked at an endpoint. */
  record Observed(String endpoint, Observation observation) implements Signal {}

  /** The gateway has every object of the wish with this version. */
  record RoutesInForce(long version) implements Signal {}

  /** The gateway refused or did not answer. */
  record RoutesFailed(String reason) implements Signal {}

  /** An operator's order about the shift. */
  record Ordered(OperatorOrder order, CompletableFuture<String> answer) implements Signal {}

  /** An operator wants another primary. */
  record PromoteOrdered(Optional<String> target, CompletableFuture<String> answer)
      implements Signal {}

  /** Passes what the gateway confirmed on to the supervisor. */
  static RouteWriter.Listener confirmationsTo(Consumer<Signal> tell) {
    return new RouteWriter.Listener() {
      @Override
      public void inForce(long version) {
        tell.accept(new RoutesInForce(version));
      }

      @Override
      public void failed(String reason) {
        tell.accept(new RoutesFailed(reason));
      }
    };
  }
}
