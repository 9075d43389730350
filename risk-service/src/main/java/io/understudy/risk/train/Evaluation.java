package io.understudy.risk.train;

import io.understudy.risk.feature.EndpointFeatures;
import io.understudy.risk.feature.Sample;
import io.understudy.risk.model.RiskModel;
import io.understudy.risk.score.EndpointRisk;
import io.understudy.risk.simulate.Fault;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How good a model is on endpoints that it never saw, with parameters from a shifted population.
 */
public final class Evaluation {
  /** Samples in a day at one a minute, the unit of alarm budgets. */
  private static final double DAY = 1440;

  private static final double WEEK = 7 * DAY;

  private final TrainingPlan plan;
  private final RiskModel model;
  private final List<Watched> watched = new ArrayList<>();

  /** A life and the scores that were published during it. */
  private record Watched(Life life, List<Double> scores) {}

  public Evaluation(TrainingPlan plan, RiskModel model) {
    this.plan = plan;
    this.model = model;
  }

  /** The report, for people. */
  public String report() {
    Rows rows = new Rows(plan.forecastHorizons(), plan.seed() + 2);
    for (int i = 0; i < plan.testEndpoints(); i++) {
      Life life = Life.of(plan.testSeed(i), samples(), TrainingPlan.TEST_SHIFT);
      rows.add(life);
      watched.add(new Watched(life, scores(life)));
    }
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d unseen endpoints, parameters shifted by up to %.0f %%, %d incidents%n",
            plan.testEndpoints(),
            TrainingPlan.TEST_SHIFT * 100,
            rows.incidents()));
    for (int head = 0; head < model.heads().size(); head++) {
      text.append(headLine(head, rows.question(head)));
    }
    text.append(quietLine());
    text.append(budgetLines("day", DAY));
    text.append(budgetLines("week", WEEK));
    text.append(fixedLine(0.3)).append(fixedLine(0.5)).append(fixedLine(0.7));
    return text.toString();
  }

  private int samples() {
    return plan.samples() * TrainingPlan.TEST_LENGTH;
  }

  private List<Double> scores(Life life) {
    EndpointFeatures features = new EndpointFeatures();
    List<EndpointRisk.Maturity> maturities = new ArrayList<>();
    float[] matrix = new float[life.moments().size() * Rows.WIDTH];
    for (int t = 0; t < life.moments().size(); t++) {
      features.accept(life.moments().get(t).sample());
      features.write(matrix, t * Rows.WIDTH);
      maturities.add(EndpointRisk.Maturity.of(features.samples(), features.age()));
    }
    float[][] margins = model.margins(matrix, life.moments().size());
    EndpointRisk risk = new EndpointRisk(margins.length);
    List<Double> scores = new ArrayList<>();
    for (int t = 0; t < life.moments().size(); t++) {
      double[] probabilities = new double[margins.length];
      for (int head = 0; head < margins.length; head++) {
        probabilities[head] = model.probability(head, margins[head][t]);
      }
      Sample sample = life.moments().get(t).sample();
      scores.add(risk.next(probabilities, sample, maturities.get(t)).score());
    }
    return scores;
  }

  private String headLine(int head, Question question) {
    float[] margins = model.margins(question.matrix(), question.rows())[head];
    double[] scores = new double[margins.length];
    double brier = 0;
    double weight = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = margins[i];
      double miss = model.probability(head, margins[i]) - question.answers()[i];
      brier += question.weights()[i] * miss * miss;
      weight += question.weights()[i];
    }
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%-12s AUPRC %.3f  base rate %.3f  Brier %.4f  rules:",
            model.heads().get(head).name(),
            AveragePrecision.of(scores, question.answers(), question.weights()),
            question.baseRate(),
            brier / weight));
    RuleChoice.areas(question)
        .forEach((name, area) -> line.append(String.format(Locale.ROOT, " %s %.3f", name, area)));
    return line.append(System.lineSeparator()).toString();
  }

  /** Endpoints that nothing happened to: what they were said to risk. */
  private String quietLine() {
    List<Double> highest =
        watched.stream()
            .filter(w -> w.life().incidents().all().isEmpty())
            .map(w -> w.scores().stream().mapToDouble(Double::doubleValue).max().orElse(0))
            .sorted()
            .toList();
    long unexplained =
        watched.stream()
            .flatMap(w ->
                w.life().incidents().all().stream()
                    .filter(i -> w.life().moments().get(i.onset()).fault().isEmpty()))
            .count();
    return String.format(
        Locale.ROOT,
        "%d endpoints without incident, highest scores %s; %d incidents without a fault%n",
        highest.size(),
        highest.stream().map(s -> String.format(Locale.ROOT, "%.2f", s)).toList(),
        unexplained);
  }

  /** Recall and lead at the lowest threshold that keeps the budget of false alarms. */
  private String budgetLines(String name, double samplesPerFalseAlarm) {
    double samples = (double) plan.testEndpoints() * samples();
    double[] candidates = IntStream.rangeClosed(1, 99).mapToDouble(i -> i / 100.0).toArray();
    int lowest = candidates.length - 1;
    double allowed = Math.max(1, samples / samplesPerFalseAlarm);
    while (lowest > 0 && falseAlarms(candidates[lowest - 1]) <= allowed) {
      lowest--;
    }
    return line("1 false alarm per " + name, candidates[lowest]);
  }

  private String fixedLine(double threshold) {
    return line("fixed threshold", threshold);
  }

  private String line(String name, double threshold) {
    StringBuilder line = new StringBuilder();
    double days = plan.testEndpoints() * samples() / DAY;
    line.append(
        String.format(
            Locale.ROOT,
            "%-24s at %.3f: %.2f false alarms per endpoint per day;",
            name,
            threshold,
            falseAlarms(threshold) / days));
    leads(threshold)
        .forEach((fault, leads) -> {
          long early = leads.stream().filter(lead -> lead > 0).count();
          long seen = leads.stream().filter(lead -> lead >= -2).count();
          line.append(
              String.format(
                  Locale.ROOT,
                  " %s %d incidents, ahead %.2f, by 2 late %.2f, median lead %d;",
                  fault,
                  leads.size(),
                  early / (double) leads.size(),
                  seen / (double) leads.size(),
                  leads.stream().sorted().toList().get(leads.size() / 2)));
        });
    return line.append(System.lineSeparator()).toString();
  }

  /** Alarms with no incident on, and none that begins within the longest horizon. */
  private int falseAlarms(double threshold) {
    int horizon = plan.forecastHorizons().getLast();
    int alarms = 0;
    for (Watched each : watched) {
      boolean on = false;
      for (int t = 0; t < each.scores().size(); t++) {
        boolean starts = !on && each.scores().get(t) >= threshold;
        if (starts && each.life().incidents().forecast(t, horizon) == Incidents.Label.NO) {
          alarms++;
        }
        on = each.scores().get(t) >= (on ? 0.6 * threshold : threshold);
      }
    }
    return alarms;
  }

  /** Samples from the first alarm to the onset, by fault; -99 if there was none. */
  private Map<Fault, List<Integer>> leads(double threshold) {
    Map<Fault, List<Integer>> leads = new EnumMap<>(Fault.class);
    for (Watched each : watched) {
      for (Incidents.Incident incident : each.life().incidents().all()) {
        Optional<Fault> fault = each.life().moments().get(incident.onset()).fault();
        fault.ifPresent(f ->
            leads
                .computeIfAbsent(f, ignored -> new ArrayList<>())
                .add(lead(each.scores(), incident, threshold)));
      }
    }
    return leads;
  }

  private int lead(List<Double> scores, Incidents.Incident incident, double threshold) {
    int from = Math.max(0, incident.onset() - plan.forecastHorizons().getLast());
    for (int t = from; t < incident.end(); t++) {
      if (scores.get(t) >= threshold) {
        return incident.onset() - t;
      }
    }
    return -99;
  }
}
