package io.understudy.risk.train;

import java.util.List;

/**
 * Everything that decides what training makes.
 *
 * @param seed of the first endpoint; training, calibration and test use disjoint seeds
 * @param trainingEndpoints lives that trees are grown on
 * @param calibrationEndpoints lives that probabilities are fitted on
 * @param testEndpoints lives that nothing is fitted on
 * @param samples length of a life
 * @param rounds trees per head
 * @param forecastHorizons samples that the forecast heads look ahead
 */
public record TrainingPlan(
    long seed,
    int trainingEndpoints,
    int calibrationEndpoints,
    int testEndpoints,
    int samples,
    int rounds,
    List<Integer> forecastHorizons) {
  /** What makes the model that ships with the product. */
  public static final long DEFAULT_SEED = 20_261_122;

  /** Parameters of test endpoints lie up to this far from the training population's. */
  static final double TEST_SHIFT = 0.3;

  /** Test lives are this much longer, so that every kind of fault comes up. */
  static final int TEST_LENGTH = 3;

  static final int DEPTH = 3;
  static final double LEARNING_RATE = 0.15;

  public static TrainingPlan standard(long seed) {
    return new TrainingPlan(seed, 480, 240, 40, 2000, 80, List.of(30, 120));
  }

  /** Seeds of three populations that share no endpoint. */
  long trainingSeed(int endpoint) {
    return seed * 1_000_003 + endpoint;
  }

  long calibrationSeed(int endpoint) {
    return seed * 1_000_003 + 100_000 + endpoint;
  }

  long testSeed(int endpoint) {
    return seed * 1_000_003 + 200_000 + endpoint;
  }
}
