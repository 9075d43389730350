package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One broken rule each. The roles with such a rule exist in tests only. */
public enum PlantedBug {
  NONE(new Rules()),

  ACK_BEFORE_FSYNC(
      new Rules() {
        @Override
        Tip acknowledgeable(Tip appended, Tip durable) {
          return appended;
        }
      }),

  OLD_EPOCH_ACCEPTED(
      new Rules() {
        @Override
        boolean accepts(long batchEpoch, long joined, long promised) {
          return batchEpoch == joined;
        }
      }),

  WATERMARK_PAST_K(
      new Rules() {
        @Override
        Position replicated(Electorate electorate, Map<String, Position> acks) {
          int fewer = Math.max(1, electorate.k() - 1);
          return new Electorate(electorate.voters(), fewer).held(acks);
        }
      }),

  APPLY_AHEAD_OF_THE_WATERMARK(
      new Rules() {
        @Override
        Position applicable(Position durable, Position replicated) {
          return durable;
        }
      }),

  PROMISE_NOT_BOUND_TO_A_CANDIDATE(
      new Rules() {
        @Override
        boolean mayPromise(Promise asked, @Nullable Promise given) {
          return given == null || asked.epoch() >= given.epoch();
        }
      }),

  INCOMPLETE_VOTER_COUNTED(
      new Rules() {
        @Override
        boolean counts(Message.Promised answer, Durability worth) {
          return worth.waits() || answer.unleased();
        }
      }),

  DEGRADE_WITHOUT_THE_RECORD(
      new Rules() {
        @Override
        Electorate inForce(EpochRecord record, Set<String> reachable) {
          int k = Math.max(1, Math.min(record.electorate().k(), reachable.size()));
          return new Electorate(record.electorate().voters(), k);
        }
      }),

  PROMISE_INSIDE_A_GRANTED_LEASE(
      new Rules() {
        @Override
        boolean mayPromiseAt(long nowMillis, long leasedUntilMillis) {
          return true;
        }
      }),

  SERVES_PAST_ITS_LEASE(
      new Rules() {
        @Override
        long openUntil(LeaseTerms terms, long askedMillis) {
          return super.openUntil(terms, askedMillis) + terms.term().toMillis();
        }
      }),

  TIGHTENS_THE_RECORD_FIRST(
      new Rules() {
        @Override
        boolean maySayWaits(@Nullable Position withoutWaiting, Position confirmed) {
          return true;
        }
      }),

  RELAXES_BEFORE_THE_RECORD(
      new Rules() {
        @Override
        boolean mayRelax(EpochRecord record, @Nullable EpochRecord proposed) {
          return !record.durability().waits()
              || (proposed != null && !proposed.durability().waits());
        }
      });

  @SuppressWarnings("ImmutableEnumChecker") // rules have no state
  private final Rules rules;

  PlantedBug(Rules rules) {
    this.rules = rules;
  }

  public SourceRole source(SourceStart start, SourceLimits limits) {
    return new SourceRole(start, limits, rules);
  }

  public VoterRole voter(VoterStart start) {
    return new VoterRole(start, rules);
  }

  public Promotion promotion(Promotion.Order order, long deadlineMillis) {
    return new Promotion(order, deadlineMillis, rules);
  }
}
