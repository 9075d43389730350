package io.understudy.daemon.lifecycle;

import io.understudy.daemon.replication.EpochEnd;
import java.util.List;
import java.util.Optional;

/** Decides who may follow a primary. Pure. */
public final class Succession {
  private Succession() {}

  /** Who follows, or why nobody may. */
  public sealed interface Verdict {
    /**
     * This endpoint holds everything that counted as replicated.
     *
     * @param endpoint its name
     */
    record Promote(String endpoint) implements Verdict {}

    /**
     * Promoting anyone might lose an acknowledged update.
     *
     * @param reason what is missing
     */
    record Refuse(String reason) implements Verdict {}
  }

  /**
   * Chooses among the voters that reached the cut.
   *
   * @param end how far each voter came
   * @param quorum how many of the voters, {@code voters - k + 1}, must have answered, so that at
   *     least one of them holds every update that k voters held
   * @param preferred voters in the order of preference
   * @param target the only one that may follow, if an operator named it
   */
  public static Verdict decide(
      EpochEnd end, int quorum, List<String> preferred, Optional<String> target) {
    int answered = end.positions().size();
    if (answered < quorum) {
      return new Verdict.Refuse(
          answered + " voters answered, " + quorum + " are needed to be sure of every update");
    }
    if (!end.keepsReplicated()) {
      return new Verdict.Refuse(
          "the voters reach " + end.cut() + ", but " + end.replicated() + " was replicated");
    }
    List<String> fit = preferred.stream().filter(end::reachesCut).toList();
    if (target.isPresent() && !fit.contains(target.get())) {
      return new Verdict.Refuse(target.get() + " does not reach the cut " + end.cut());
    }
    return target
        .or(() -> fit.stream().findFirst())
        .<Verdict>map(Verdict.Promote::new)
        .orElseGet(() -> new Verdict.Refuse("no voter reaches the cut " + end.cut()));
  }
}
