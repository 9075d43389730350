package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Promotion;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One promotion and what it needs of the daemon that carries it out. On the loop. */
final class PromotionRun {
  /** What a promotion needs. */
  interface Means {
    void send(String to, Message message);

    void record(Effect access, PromotionRun asker);
  }

  private final Promotion promotion;
  private final Means means;
  private final CompletableFuture<Effect.Outcome> outcome;

  PromotionRun(Promotion promotion, Means means, CompletableFuture<Effect.Outcome> outcome) {
    this.promotion = promotion;
    this.means = means;
    this.outcome = outcome;
  }

  boolean done() {
    return promotion.phase() == Promotion.Phase.DONE;
  }

  void step(Event.OfPromotion event) {
    List<Effect> effects = promotion.step(event);
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Send(String to, Message message) -> means.send(to, message);
        case Effect.ReadRecord _, Effect.WriteRecord _ -> means.record(effect, this);
        case Effect.Finish(Effect.Outcome result) -> outcome.complete(result);
        default -> throw new IllegalStateException("a promotion does not " + effect);
      }
    }
  }
}
