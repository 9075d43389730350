package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to make an endpoint the primary of a new epoch. One owner; pure. Any number of them
 * may run at once: promises and the compare-and-set let one win.
 *
 * <p>{@code READING -> PROMISING} (ask every voter of the record) {@code -> DECIDING} (enough
 * complete promises: the cut is known, one compare-and-set decides) {@code -> HANDING_OVER} (the
 * candidate fetches what it lacks, ships to k voters, applies, opens) {@code -> DONE}. A lost
 * answer is read back in {@code READING_BACK}; an epoch that was promised but not decided is spent,
 * and the attempt begins again with a higher one.
 */
public final class Promotion {
  /** Where an attempt stands. */
  public enum Phase {
    READING,
    PROMISING,
    DECIDING,
    READING_BACK,
    HANDING_OVER,
    DONE
  }

  private final String candidate;
  private final Rules rules;
  private final long deadlineMillis;
  private Phase phase = Phase.READING;
  private final OptionalLong lossBytesMax;
  private @Nullable Round round;
  private long spent; // highest epoch that may have been promised to anybody

  /**
   * What is wanted.
   *
   * @param candidate who shall be the primary
   * @param lossBytesMax what may be lost of the old primary's log, if its commits did not wait for
   *     voters: the {@link Gap}; {@link Long#MAX_VALUE} is anything. If it is empty, such a primary
   *     is replaced by nobody
   */
  public record Order(String candidate, OptionalLong lossBytesMax) {
    /** Nothing may be lost. */
    public static Order of(String candidate) {
      return new Order(candidate, OptionalLong.empty());
    }
  }

  /**
   * An attempt that begins now.
   *
   * @param patience how long all of it may take
   * @param nowMillis when it begins
   */
  public Promotion(Order order, Duration patience, long nowMillis) {
    this(order, nowMillis + patience.toMillis(), new Rules());
  }

  Promotion(Order order, long deadlineMillis, Rules rules) {
    this.candidate = order.candidate();
    this.lossBytesMax = order.lossBytesMax();
    this.deadlineMillis = deadlineMillis;
    this.rules = rules;
  }

  /** One ballot: the record it started from and the complete promises for it. */
  private static final class Round {
    private final EpochRecord record;
    private final Promise ballot;
    private final Map<String, Tip> complete = new TreeMap<>();
    private Position heard = Position.NONE; // what the old primary had said to hold
    private @Nullable EpochRecord next;

    Round(EpochRecord record, Promise ballot) {
      this.record = record;
      this.ballot = ballot;
    }

    /** The longest journal among the promises, counting only what is history. */
    Tip longest() {
      return complete.values().stream()
          .map(record.cuts()::validPart)
          .max(Comparator.comparing(Tip::position))
          .orElse(Tip.NONE);
    }

    /** What may be lost; nothing can be if every commit waited for its voters. */
    Optional<Gap> gap() {
      return record.durability() == Durability.QUORUM
          ? Optional.empty()
          : Optional.of(new Gap(longest().position(), heard));
    }

    /** A record that was decided but never opened may need a journal that has not answered. */
    boolean decidable() {
      Position floor = record.cut().position();
      return record.electorate().mayPromote(complete.keySet()) && longest().reaches(floor);
    }
  }

  public Phase phase() {
    return phase;
  }

  /** What has to be done because of this event, in this order. */
  public List<Effect> step(Event.OfPromotion event) {
    if (phase == Phase.DONE) {
      return List.of();
    }
    return switch (event) {
      case Event.Tick(long now) when now > deadlineMillis -> decline(missing());
      case Event.Tick tick -> remind();
      case Event.RecordSeen(EpochRecord seen) -> onRecord(seen);
      case Event.RecordUnknown() -> onUnknown();
      case Event.ControllerReceived(String from, Message.ToController message) ->
          receive(from, message);
    };
  }

  private List<Effect> receive(String from, Message.ToController message) {
    return switch (message) {
      case Message.Promised answer -> onPromised(from, answer);
      case Message.Refused(Promise asked, Promise given) -> onRefused(asked, given);
      case Message.Opened(long epoch) -> onOpened(epoch);
    };
  }

  // -- read the record, ask for promises

  private List<Effect> onRecord(EpochRecord seen) {
    return switch (phase) {
      case READING -> ask(seen);
      case DECIDING, READING_BACK -> onDecision(seen);
      case PROMISING, HANDING_OVER, DONE -> List.of();
    };
  }

  private List<Effect> ask(EpochRecord seen) {
    if (seen.durability() != Durability.QUORUM && lossBytesMax.isEmpty()) {
      return decline(
          "the record says "
              + seen.durability()
              + ": acknowledged writes may be lost; allow data loss to promote all the same");
    }
    spent = Math.max(spent, seen.epoch());
    round = new Round(seen, new Promise(spent + 1, candidate));
    phase = Phase.PROMISING;
    return askAll(round);
  }

  private static List<Effect> askAll(Round round) {
    Message ask = new Message.AskPromise(round.ballot, round.record.durability().waits());
    return round.record.electorate().voters().stream()
        .<Effect>map(voter -> new Effect.Send(voter, ask))
        .toList();
  }

  private List<Effect> onPromised(String from, Message.Promised answer) {
    Round now = round;
    if (phase != Phase.PROMISING || now == null || !answer.ballot().equals(now.ballot)) {
      return List.of();
    }
    now.heard = Rules.max(now.heard, answer.heard());
    if (rules.counts(answer, now.record.durability())) {
      now.complete.put(from, answer.last());
    }
    if (!now.decidable()) {
      return List.of();
    }
    Optional<Gap> gap = now.gap();
    if (gap.isPresent() && !gap.get().within(lossBytesMax.orElse(0))) {
      return decline("more may be lost than is allowed: " + gap.get());
    }
    return decide(now);
  }

  private List<Effect> onRefused(Promise asked, Promise given) {
    if (phase != Phase.PROMISING || round == null || !asked.equals(round.ballot)) {
      return List.of();
    }
    return again(Math.max(given.epoch(), asked.epoch()));
  }

  /** The epoch is spent: who promised it follows no earlier one, so only a higher one can open. */
  private List<Effect> again(long spentEpoch) {
    spent = Math.max(spent, spentEpoch);
    round = null;
    phase = Phase.READING;
    return List.of(new Effect.ReadRecord());
  }

  // -- decide

  private List<Effect> decide(Round now) {
    EpochRecord next = now.record.promoting(now.ballot, now.longest());
    now.next = next;
    phase = Phase.DECIDING;
    return List.of(new Effect.WriteRecord(now.record, next));
  }

  private List<Effect> onUnknown() {
    if (phase == Phase.DECIDING) {
      phase = Phase.READING_BACK;
    }
    return List.of(); // read again with the next tick
  }

  private List<Effect> onDecision(EpochRecord seen) {
    Round now = round;
    if (now == null || now.next == null) {
      return List.of();
    }
    if (seen.epoch() == now.ballot.epoch() && seen.primary().equals(candidate)) {
      now.next = seen; // its source may have claimed it already
      phase = Phase.HANDING_OVER;
      return remind();
    }
    if (seen.equals(now.record)) {
      phase = Phase.DECIDING; // not written yet; written twice it is still written once
      return List.of(new Effect.WriteRecord(now.record, now.next));
    }
    if (seen.epoch() > now.record.epoch()) {
      return decline("epoch " + seen.epoch() + " was decided for " + seen.primary());
    }
    return again(now.ballot.epoch()); // the voters were changed meanwhile
  }

  // -- hand over

  private List<Effect> remind() {
    return switch (phase) {
      case READING, READING_BACK -> List.of(new Effect.ReadRecord());
      case PROMISING -> round == null ? List.of() : askAll(round);
      case HANDING_OVER ->
          round == null || round.next == null
              ? List.of()
              : List.of(new Effect.Send(candidate, new Message.Lead(round.next)));
      case DECIDING, DONE -> List.of();
    };
  }

  private List<Effect> onOpened(long epoch) {
    if (phase != Phase.HANDING_OVER || round == null || round.next == null) {
      return List.of();
    }
    if (epoch != round.ballot.epoch()) {
      return List.of();
    }
    phase = Phase.DONE;
    return List.of(new Effect.Finish(new Effect.Outcome.Promoted(round.next, round.gap())));
  }

  private List<Effect> decline(String reason) {
    phase = Phase.DONE;
    return List.of(new Effect.Finish(new Effect.Outcome.Declined(reason)));
  }

  private String missing() {
    if (round == null) {
      return "the control record cannot be read";
    }
    Collection<String> voters = round.complete.keySet();
    int needed = round.record.electorate().quorum().promotionVoters();
    return switch (phase) {
      case PROMISING ->
          voters + " gave complete promises, " + needed + " are needed to be sure of every commit";
      case READING, DECIDING, READING_BACK -> "whether " + round.ballot + " was decided is unknown";
      case HANDING_OVER, DONE -> round.ballot + " was decided but did not open";
    };
  }
}
