package io.understudy.daemon.protocol;

import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The leases that a voter granted: until when it promises nothing to who would replace a primary
 * whose commits do not wait. Owned by the {@link VoterRole}.
 *
 * <p>A lease is granted with the tick after it was asked for, because only a tick knows the time,
 * and it must be later than the question. What was granted before a restart is not known any more,
 * so a voter that starts counts for one term as one that granted something.
 */
final class Grants {
  /** Somebody who asked for a lease. */
  record Asked(String source, Message.AskLease message) {
    Message.Lease answer() {
      return new Message.Lease(message.epoch(), message.askedMillis());
    }
  }

  private final Rules rules;
  private final LeaseTerms terms;
  private @Nullable Asked asked;
  private boolean ticked;
  private long nowMillis;
  private long untilMillis; // known once it has ticked

  Grants(Rules rules, LeaseTerms terms) {
    this.rules = rules;
    this.terms = terms;
  }

  void ask(Asked next) {
    asked = next;
  }

  /**
   * Time passed: grants what was asked for since the last time, and returns it.
   *
   * @param mayGrant whether it may still promise so much to the source of an epoch
   */
  @Nullable Asked tick(long now, LongPredicate mayGrant) {
    Asked granted = asked != null && mayGrant.test(asked.message().epoch()) ? asked : null;
    asked = null;
    nowMillis = now;
    if (!ticked || granted != null) {
      ticked = true;
      untilMillis = now + terms.term().toMillis();
    }
    return granted;
  }

  boolean mayPromise() {
    return ticked && rules.mayPromiseAt(nowMillis, untilMillis);
  }
}
