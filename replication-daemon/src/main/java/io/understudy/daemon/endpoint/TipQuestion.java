package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a source which tip of its journal a position is, again and again until it answers. A new
 * question ends the one before. On the loop, but for {@link #ask}.
 */
final class TipQuestion {
  private final Workplace place;
  private @Nullable Asked asked;

  private record Asked(String source, Position at, CompletableFuture<Tip> answer) {}

  TipQuestion(Workplace place) {
    this.place = place;
  }

  /**
   * Asks. Any thread.
   *
   * @param at made on the loop
   * @return may never complete
   */
  CompletableFuture<Tip> ask(String source, Supplier<Position> at) {
    CompletableFuture<Tip> answer = new CompletableFuture<>();
    place.loop().post(() -> asked = new Asked(source, at.get(), answer));
    return answer;
  }

  /** Speaks again if need be, as somebody in this epoch. */
  void remind(long epoch) {
    Asked open = asked;
    if (open != null && !open.answer().isDone()) {
      place.send(open.source(), new Message.AskTip(epoch, open.at()));
    }
  }

  void answered(Position at, Tip tip) {
    Asked open = asked;
    if (open != null && open.at().equals(at)) {
      open.answer().complete(tip);
    }
  }

  void forget() {
    asked = null;
  }
}
