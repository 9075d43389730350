package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether the primary's commits wait for voters, and until when its database may be open if they do
 * not. Owned by the {@link SourceRole}.
 *
 * <p>The order is the rule. Relaxing: the record says it, k voters granted a lease, then COMMIT
 * returns at once. Tightening: COMMIT waits, all that did not wait is replicated, then the record
 * says it. So while the record says that commits wait, they do.
 */
final class Tenure {
  /** What the database does with a COMMIT, as far as it was told and has said. */
  private enum Commits {
    WAIT,
    RETURN,
    /** It was told that they wait, and has not said that they do. */
    TIGHTENING
  }

  private static final long FOREVER = Long.MAX_VALUE;

  private final Rules rules;
  private final LeaseTerms terms;
  private final Consumer<Effect> out;
  private final Map<String, Long> leases = new HashMap<>(); // when each voter's last was asked for
  private Commits commits = Commits.WAIT; // Invariant: WAIT while the record says so
  private @Nullable Position withoutWaiting = Position.NONE; // none is later; null while unknown
  private long extended = FOREVER; // until when the database may be open, as it was told

  Tenure(Rules rules, LeaseTerms terms, Consumer<Effect> out) {
    this.rules = rules;
    this.terms = terms;
    this.out = out;
  }

  /** A record, and what shall replace it: whichever of the two the control store holds. */
  record Charter(EpochRecord record, @Nullable EpochRecord proposed) {
    /** Whether a lease is needed, or soon will be. */
    boolean wantsLease() {
      return !record.durability().waits() || (proposed != null && !proposed.durability().waits());
    }

    boolean tightens() {
      return !record.durability().waits() && proposed != null && proposed.durability().waits();
    }
  }

  void granted(String voter, long askedMillis) {
    leases.merge(voter, askedMillis, Math::max);
  }

  /** Whether the database may open now; from then on it does with commits what the record says. */
  boolean begins(Charter charter, long nowMillis) {
    if (!charter.record.durability().waits()) {
      commits = Commits.RETURN; // also before, by an earlier self
      withoutWaiting = null;
    }
    return !isOver(charter, nowMillis);
  }

  /** Whether the database has to be closed. */
  boolean isOver(Charter charter, long nowMillis) {
    return commits != Commits.WAIT && nowMillis >= leasedUntil(charter);
  }

  boolean commitsWait() {
    return commits != Commits.RETURN;
  }

  /** Lets COMMIT return at once, if that is said and a lease is there. */
  void relax(Charter charter, long nowMillis) {
    boolean said = commits == Commits.WAIT && rules.mayRelax(charter.record, charter.proposed);
    if (said && nowMillis < leasedUntil(charter)) {
      commits = Commits.RETURN;
      withoutWaiting = null;
      extend(charter);
      out.accept(new Effect.Relax());
    }
  }

  /** Lets the database be open for as long as the lease lasts by now. */
  void extend(Charter charter) {
    long until = commits == Commits.WAIT ? FOREVER : leasedUntil(charter);
    if (until != extended) {
      extended = until;
      out.accept(new Effect.Extend(until));
    }
  }

  /** Makes commits wait if that shall be said; returns whether it may be said by now. */
  boolean practises(Charter charter, Position confirmed) {
    if (!charter.tightens()) {
      return true;
    }
    if (commits == Commits.RETURN) {
      commits = Commits.TIGHTENING;
      out.accept(new Effect.Tighten());
    }
    return rules.maySayWaits(withoutWaiting, confirmed);
  }

  void tightened(Position all) {
    if (commits == Commits.TIGHTENING) {
      commits = Commits.WAIT;
      withoutWaiting = all;
    }
  }

  private long leasedUntil(Charter charter) {
    long until = leasedUntil(charter.record.electorate());
    return charter.proposed == null
        ? until
        : Math.min(until, leasedUntil(charter.proposed.electorate()));
  }

  private long leasedUntil(Electorate electorate) {
    OptionalLong asked = electorate.reached(leases);
    return asked.isPresent() ? rules.openUntil(terms, asked.getAsLong()) : Long.MIN_VALUE;
  }
}
