package io.understudy.risk.publish;

import io.understudy.model.RiskScore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses which scores are worth sending: those that moved, and those whose last sending is so old
 * that readers would soon call them stale. Pure but for its memory; owned by one thread.
 */
final class Publication {
  private static final double MOVED = 0.005;

  private final long ageMillisMax;
  private final Map<String, RiskScore> sent = new HashMap<>();

  Publication(long ageMillisMax) {
    this.ageMillisMax = ageMillisMax;
  }

  /** The scores of a tick that are due. */
  List<RiskScore> due(List<RiskScore> scores) {
    return scores.stream().filter(this::isDue).toList();
  }

  /** Call once a score has arrived. */
  void arrived(RiskScore score) {
    sent.put(RiskScore.key(score.service(), score.endpoint()), score);
  }

  private boolean isDue(RiskScore score) {
    RiskScore before = sent.get(RiskScore.key(score.service(), score.endpoint()));
    return before == null
        || Math.abs(score.score() - before.score()) >= MOVED
        || score.horizonSeconds() != before.horizonSeconds()
        || score.atMillis() - before.atMillis() >= ageMillisMax;
  }
}
