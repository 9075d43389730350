package io.understudy.daemon.watch;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a primary counts as dead: one of its parts has been unreachable without a break for
 * the whole of {@code promoteAfter}, in at least {@value #OBSERVATIONS_MIN} observations. An answer
 * of any kind, even an error, counts as reachable: an endpoint that answers errors is degraded, and
 * degradation is the shift controller's affair.
 *
 * <p>An application that was never seen cannot have died: it may just not have been started yet. A
 * database that was never seen can, because a daemon may itself start beside a dead primary;
 * whether anyone can follow it is for {@code Succession} to say.
 */
public final class PrimaryWatch {
  private static final int OBSERVATIONS_MIN = 3;

  private final Duration promoteAfter;
  private final Part database = new Part("database", true);
  private final Part application = new Part("application", false);

  public PrimaryWatch(Duration promoteAfter) {
    this.promoteAfter = promoteAfter;
  }

  /** What a probe saw of the primary. */
  public record Observation(Reachability database, Reachability application) {}

  /** Whether one part could be reached. */
  public sealed interface Reachability {
    /** It answered. */
    record Reached() implements Reachability {}

    /**
     * It did not.
     *
     * @param reason what the probe met
     */
    record Unreachable(String reason) implements Reachability {}
  }

  /**
   * Takes in one observation.
   *
   * @return the reason why the primary counts as dead, or null while it does not
   */
  public @Nullable String observe(Observation seen, Instant now) {
    String databaseDeath = database.observe(seen.database(), now, promoteAfter);
    String applicationDeath = application.observe(seen.application(), now, promoteAfter);
    return databaseDeath != null ? databaseDeath : applicationDeath;
  }

  /** One part of an endpoint. */
  private static final class Part {
    private final String name;
    private boolean mayBeDead;
    private int missed;
    private @Nullable Instant missedSince;

    /**
     * A part that nobody has looked at yet.
     *
     * @param mayBeDead whether it may count as dead before it was reached for the first time
     */
    Part(String name, boolean mayBeDead) {
      this.name = name;
      this.mayBeDead = mayBeDead;
    }

    @Nullable String observe(Reachability seen, Instant now, Duration promoteAfter) {
      return switch (seen) {
        case Reachability.Reached reached -> {
          mayBeDead = true;
          missed = 0;
          missedSince = null;
          yield null;
        }
        case Reachability.Unreachable unreachable -> {
          Instant since = missedSince == null ? now : missedSince;
          missedSince = since;
          missed++;
          boolean longEnough = !now.isBefore(since.plus(promoteAfter));
          yield mayBeDead && missed >= OBSERVATIONS_MIN && longEnough
              ? name
                  + " unreachable for "
                  + Duration.between(since, now).toMillis()
                  + " ms: "
                  + unreachable.reason()
              : null;
        }
      };
    }
  }
}
