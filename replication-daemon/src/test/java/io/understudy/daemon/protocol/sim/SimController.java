package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Promotion;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Somebody who promotes; several at once know nothing of each other. */
final class SimController {
  private static final long PATIENCE_MILLIS = 340;
  private static final long TICK_MILLIS = 12;

  private final SimProcess process;
  private final Simulation world;
  private @Nullable Promotion promotion;

  SimController(String name, Simulation world) {
    this.process = new SimProcess(name, world);
    this.world = world;
  }

  SimProcess process() {
    return process;
  }

  boolean idle() {
    return promotion == null;
  }

  void promote(String candidate) {
    OptionalLong loss =
        world.happens(250)
            ? OptionalLong.empty()
            : OptionalLong.of(world.happens(250) ? 2 : Long.MAX_VALUE);
    promotion =
        world
            .bug()
            .promotion(
                new Promotion.Order(candidate, loss), world.agenda().nowMillis() + PATIENCE_MILLIS);
    tick();
  }

  void crash() {
    promotion = null;
    process.crash();
    process.start();
  }

  private void tick() {
    if (promotion != null) {
      step(new Event.Tick(world.agenda().nowMillis()));
      process.later(TICK_MILLIS, this::tick);
    }
  }

  void receive(String from, Message.ToController message) {
    step(new Event.ControllerReceived(from, message));
  }

  private void step(Event.OfPromotion event) {
    Promotion current = promotion;
    if (current != null) {
      Class<?> kind =
          event instanceof Event.ControllerReceived(String from, Message.ToController message)
              ? message.getClass()
              : event.getClass();
      world.coverage().step(current.phase(), kind);
      world.trace(process.name(), event);
      current.step(event).forEach(effect -> carryOut(current, effect));
    }
  }

  private void carryOut(Promotion current, Effect effect) {
    world.trace(process.name() + " ->", effect);
    switch (effect) {
      case Effect.Send(String to, Message message) ->
          world.network().send(process.name(), to, message);
      case Effect.ReadRecord() -> world.store().read(process, answer(current));
      case Effect.WriteRecord(EpochRecord expected, EpochRecord next) ->
          world.store().compareAndSet(process, expected, next, answer(current));
      case Effect.Finish(Effect.Outcome outcome) -> {
        world.coverage().milestone(outcome.getClass().getSimpleName());
        if (outcome instanceof Effect.Outcome.Promoted(EpochRecord _, var gap)
            && gap.flatMap(it -> it.bytes().stream().boxed().findFirst()).orElse(0L) > 0) {
          world.coverage().milestone("PromotedWithAGap");
        }
        promotion = null;
      }
      default -> throw new AssertionError("a promotion does not " + effect);
    }
  }

  private SimStore.Answer answer(Promotion asked) {
    return new SimStore.Answer() {
      @Override
      public void seen(EpochRecord record) {
        if (promotion == asked) {
          step(new Event.RecordSeen(record));
        }
      }

      @Override
      public void unknown() {
        if (promotion == asked) {
          step(new Event.RecordUnknown());
        }
      }
    };
  }
}
