package io.understudy.risk;

import io.understudy.model.RiskScore;
import io.understudy.model.RiskScore.Contribution;
import io.understudy.risk.feature.EndpointFeatures;
import io.understudy.risk.feature.FeatureSchema;
import io.understudy.risk.feature.Sample;
import io.understudy.risk.model.RiskModel;
import io.understudy.risk.publish.Assessment;
import io.understudy.risk.score.EndpointRisk;
import io.understudy.risk.score.Estimate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores all endpoints of a tick in one batch; owned by one thread.
 *
 * <p>It has no clock: samples come with their time.
 */
public final class RiskEngine {
  private static final Logger LOG = LoggerFactory.getLogger(RiskEngine.class);
  private static final int WIDTH = FeatureSchema.CURRENT.width();
  private static final int REASONS_MAX = 5;
  private static final int EXPLAINED_PER_TICK_MAX = 100;

  private final RiskModel model;
  private final Settings settings;
  private final List<Watched> endpoints = new ArrayList<>();
  private final float[] matrix;
  private long rejected;

  /**
   * How the engine judges.
   *
   * @param sampleInterval turns a horizon in samples into seconds
   * @param warmUp how long an endpoint is watched before it is judged
   * @param explainLevel score from which on a score carries its reasons
   */
  public record Settings(Duration sampleInterval, Duration warmUp, double explainLevel) {
    /** Compiling takes time, not samples: a trend is believed after twice the warm-up at least. */
    int trendSamples() {
      long samples = warmUp.multipliedBy(2).dividedBy(sampleInterval);
      return Math.clamp(samples, EndpointRisk.TREND_SAMPLES, EndpointFeatures.AGE_MAX - 1);
    }
  }

  /**
   * Which endpoint a row belongs to.
   *
   * @param service name of the service
   * @param endpoint name of the endpoint
   */
  public record Name(String service, String endpoint) {}

  /** Everything remembered about one endpoint. */
  private static final class Watched {
    final Name name;
    final EndpointFeatures features = new EndpointFeatures();
    final EndpointRisk risk;
    long firstMillis = -1;
    Estimate.Certainty certainty = Estimate.Certainty.WARMING_UP;

    Watched(Name name, int heads) {
      this.name = name;
      risk = new EndpointRisk(heads);
    }
  }

  public RiskEngine(RiskModel model, Settings settings, List<Name> names) {
    this.model = model;
    this.settings = settings;
    names.forEach(name -> endpoints.add(new Watched(name, model.heads().size())));
    matrix = new float[names.size() * WIDTH];
  }

  /** Scores that were not probabilities and therefore never left. */
  public long rejected() {
    return rejected;
  }

  /**
   * The next tick.
   *
   * @param samples one per endpoint, in the order of the names
   * @param nowMillis wall clock of the samples, milliseconds since 1970
   * @return one per endpoint whose score is a probability
   */
  public List<Assessment> tick(List<Sample> samples, long nowMillis) {
    for (int i = 0; i < endpoints.size(); i++) {
      endpoints.get(i).features.accept(samples.get(i));
      endpoints.get(i).features.write(matrix, i * WIDTH);
    }
    float[][] margins = model.margins(matrix, endpoints.size());
    List<Assessment> assessments = new ArrayList<>();
    int explained = 0;
    for (int i = 0; i < endpoints.size(); i++) {
      double[] heads = probabilities(margins, i);
      try {
        Estimate estimate = estimate(endpoints.get(i), heads, samples.get(i), nowMillis);
        boolean explain =
            estimate.certainty() == Estimate.Certainty.SCORED
                && estimate.score() >= settings.explainLevel()
                && explained++ < EXPLAINED_PER_TICK_MAX;
        List<Contribution> reasons = explain ? reasons(i, estimate.head()) : List.of();
        RiskScore score = score(endpoints.get(i).name, estimate, new At(nowMillis, reasons));
        List<Double> all = Arrays.stream(heads).boxed().toList();
        assessments.add(new Assessment(score, estimate.certainty(), all, samples.get(i)));
      } catch (IllegalArgumentException e) {
        rejected++;
        LOG.error("{} keeps its last score cause={}", endpoints.get(i).name, e.getMessage());
      }
    }
    return assessments;
  }

  /** Why an endpoint's newest row scores as it does, by the given head. */
  public List<Contribution> explain(int endpoint, int head) {
    float[] row = Arrays.copyOfRange(matrix, endpoint * WIDTH, (endpoint + 1) * WIDTH);
    return model.explain(head, row);
  }

  /** When a score was computed and why it is what it is. */
  private record At(long millis, List<Contribution> reasons) {}

  private double[] probabilities(float[][] margins, int endpoint) {
    double[] probabilities = new double[margins.length];
    for (int head = 0; head < margins.length; head++) {
      probabilities[head] = model.probability(head, margins[head][endpoint]);
    }
    return probabilities;
  }

  private Estimate estimate(Watched endpoint, double[] heads, Sample sample, long nowMillis) {
    if (endpoint.firstMillis < 0) {
      endpoint.firstMillis = nowMillis;
    }
    EndpointRisk.Maturity maturity =
        nowMillis - endpoint.firstMillis < settings.warmUp().toMillis()
            ? EndpointRisk.Maturity.NEW
            : EndpointRisk.Maturity.of(
                endpoint.features.samples(), endpoint.features.age(), settings.trendSamples());
    Estimate estimate = endpoint.risk.next(heads, sample, maturity);
    if (estimate.certainty() != endpoint.certainty) {
      LOG.info(
          "{}/{} {} -> {} score={}",
          endpoint.name.service(),
          endpoint.name.endpoint(),
          endpoint.certainty,
          estimate.certainty(),
          estimate.score());
      endpoint.certainty = estimate.certainty();
    }
    return estimate;
  }

  private List<Contribution> reasons(int endpoint, int head) {
    return explain(endpoint, head).stream()
        .filter(contribution -> contribution.logOdds() > 0)
        .filter(contribution -> !contribution.metric().equals(RiskModel.PRIOR))
        .limit(REASONS_MAX)
        .toList();
  }

  private RiskScore score(Name name, Estimate estimate, At at) {
    long horizon =
        settings
            .sampleInterval()
            .multipliedBy(model.heads().get(estimate.head()).horizonSamples())
            .toSeconds();
    return new RiskScore(
        name.service(),
        name.endpoint(),
        estimate.score(),
        (int) horizon,
        model.version(),
        at.millis(),
        at.reasons());
  }
}
