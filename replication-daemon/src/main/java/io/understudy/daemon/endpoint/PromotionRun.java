package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Promotion;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One promotion, and the carrying out of what it wants done. On the loop. */
final class PromotionRun {
  private final Promotion promotion;
  private final Workplace place;
  private final CompletableFuture<Effect.Outcome> outcome;

  PromotionRun(Promotion promotion, Workplace place, CompletableFuture<Effect.Outcome> outcome) {
    this.promotion = promotion;
    this.place = place;
    this.outcome = outcome;
  }

  boolean done() {
    return promotion.phase() == Promotion.Phase.DONE;
  }

  void step(Event.OfPromotion event) {
    List<Effect> effects = promotion.step(event);
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Send(String to, Message message) -> place.send(to, message);
        case Effect.ReadRecord _, Effect.WriteRecord _ ->
            place.record(
                effect,
                record -> step(new Event.RecordSeen(record)),
                () -> step(new Event.RecordUnknown()));
        case Effect.Finish(Effect.Outcome result) -> outcome.complete(result);
        default -> throw new IllegalStateException("a promotion does not " + effect);
      }
    }
  }
}
