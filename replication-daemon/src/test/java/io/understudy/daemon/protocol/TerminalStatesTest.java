package io.understudy.daemon.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the simulation throws away at once must stay silent if somebody keeps it. */
class TerminalStatesTest {
  private static final Position ONE = new Position(1, new Lsn(1));
  private static final EpochRecord RECORD =
      new EpochRecord(
          1, 1, "a", CutHistory.from(1), new Electorate(List.of("b", "c"), 1), Durability.QUORUM);

  @Test
  void aSourceThatSteppedDownDoesNothing() {
    SourceRole source =
        new SourceRole(
            new SourceStart(RECORD, Tip.NONE, Position.NONE, Position.NONE),
            new SourceLimits(3, Duration.ofSeconds(1), LeaseTerms.DEFAULT));
    assertThat(source.step(new Event.Superseded(2))).containsExactly(new Effect.StepDown(2));
    List<Event.OfSource> events =
        List.of(
            new Event.Captured(new Frame(ONE, 7)),
            new Event.SourceReceived("b", new Message.Ack(1, new Tip(ONE, 7))),
            new Event.JournalDurable(new Tip(ONE, 7)),
            new Event.Tick(10),
            new Event.RecordSeen(RECORD),
            new Event.Superseded(3));
    events.forEach(event -> assertThat(source.step(event)).isEmpty());
  }

  @Test
  void aVoterWhoseDiskFailedSaysNothingMore() {
    VoterRole voter =
        new VoterRole(
            new VoterStart("b", Tip.NONE, Position.NONE, null, Position.NONE, LeaseTerms.DEFAULT));
    assertThat(voter.step(new Event.JournalFailed())).isEmpty();
    List<Event.OfVoter> events =
        List.of(
            new Event.VoterReceived("a", new Message.Join(RECORD)),
            new Event.VoterReceived("x", new Message.AskPromise(new Promise(2, "b"), true)),
            new Event.JournalDurable(new Tip(ONE, 7)),
            new Event.JournalScanned(Tip.NONE));
    events.forEach(event -> assertThat(voter.step(event)).isEmpty());
  }

  @Test
  void aPromotionThatWasDeclinedDoesNothing() {
    Promotion promotion = new Promotion(Promotion.Order.of("b"), Duration.ofSeconds(1), 0);
    EpochRecord degraded = RECORD.with(RECORD.electorate(), Durability.DEGRADED);
    assertThat(promotion.step(new Event.RecordSeen(degraded)))
        .singleElement()
        .isInstanceOf(Effect.Finish.class);
    assertThat(promotion.step(new Event.Tick(1))).isEmpty();
    assertThat(promotion.step(new Event.RecordSeen(RECORD))).isEmpty();
  }
}
