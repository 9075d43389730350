package io.understudy.daemon.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Promises of voters whose leases are not known to be over. */
class LeasedPromiseTest {
  private static final Promise BALLOT = new Promise(2, "b");
  private static final Promotion.Order ANY_LOSS =
      new Promotion.Order("b", OptionalLong.of(Long.MAX_VALUE));

  private static EpochRecord record(Durability worth) {
    Electorate electorate = new Electorate(List.of("b", "c", "d"), 2);
    return new EpochRecord(5, 1, "a", CutHistory.from(1), electorate, worth);
  }

  private static Event promised(String from, boolean unleased) {
    return new Event.ControllerReceived(
        from, new Message.Promised(BALLOT, Tip.NONE, true, unleased, Position.NONE));
  }

  private static boolean decides(Promotion promotion, Event answer) {
    return promotion.step((Event.OfPromotion) answer).stream()
        .anyMatch(Effect.WriteRecord.class::isInstance);
  }

  /** They were given while the record let commits wait, and are said again after it was relaxed. */
  @Test
  void doNotCountWhereCommitsDoNotWait() {
    Promotion promotion = new Promotion(ANY_LOSS, Duration.ofSeconds(30), 0);
    assertThat(promotion.step(new Event.RecordSeen(record(Durability.ASYNC))))
        .contains(new Effect.Send("c", new Message.AskPromise(BALLOT, false)));
    assertThat(decides(promotion, promised("b", false))).isFalse();
    assertThat(decides(promotion, promised("c", false))).isFalse();
    assertThat(decides(promotion, promised("d", true))).isFalse();
    assertThat(decides(promotion, promised("c", true))).isTrue();
  }

  @Test
  void countWhereCommitsWait() {
    Promotion promotion = new Promotion(Promotion.Order.of("b"), Duration.ofSeconds(30), 0);
    assertThat(promotion.step(new Event.RecordSeen(record(Durability.QUORUM))))
        .contains(new Effect.Send("c", new Message.AskPromise(BALLOT, true)));
    assertThat(decides(promotion, promised("b", false))).isFalse();
    assertThat(decides(promotion, promised("c", false))).isTrue();
  }

  @Test
  void aVoterThatWasJustStartedSaysSoWhereCommitsWaitAndIsSilentForATermElsewhere() {
    Position held = new Position(1, new Lsn(7));
    VoterRole voter =
        new VoterRole(new VoterStart("c", Tip.NONE, Position.NONE, null, held, LeaseTerms.DEFAULT));
    long term = LeaseTerms.DEFAULT.term().toMillis();
    voter.step(new Event.Tick(1_000));
    assertThat(ask(voter, false)).isEmpty();
    assertThat(ask(voter, true)).containsExactly(new Effect.SavePromise(BALLOT));
    voter.step(new Event.PromiseSaved(BALLOT));
    assertThat(answer(voter).unleased()).isFalse();

    voter.step(new Event.Tick(1_000 + term));
    assertThat(ask(voter, false)).isEmpty();
    voter.step(new Event.Tick(1_001 + term));
    assertThat(ask(voter, false)).containsExactly(new Effect.SavePromise(BALLOT));
    voter.step(new Event.PromiseSaved(BALLOT));
    assertThat(answer(voter).unleased()).isTrue();
  }

  private static List<Effect> ask(VoterRole voter, boolean waits) {
    return voter.step(new Event.VoterReceived("x", new Message.AskPromise(BALLOT, waits)));
  }

  private static Message.Promised answer(VoterRole voter) {
    return voter.step(new Event.JournalScanned(Tip.NONE)).stream()
        .filter(Effect.Send.class::isInstance)
        .map(effect -> (Message.Promised) ((Effect.Send) effect).message())
        .findFirst()
        .orElseThrow();
  }
}
