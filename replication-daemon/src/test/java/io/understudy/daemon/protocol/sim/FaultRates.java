package io.understudy.daemon.protocol.sim;

import java.util.SplittableRandom;

/** How rough one run is; drawn from its seed, so that calm and wild runs both occur. */
record FaultRates(
    int lossPermille,
    int repeatPermille,
    int latePermille,
    int storePermille,
    int commitEveryMillis,
    int faultEveryMillis,
    int promotionEveryMillis) {

  static FaultRates draw(SplittableRandom random) {
    return new FaultRates(
        random.nextInt(80),
        random.nextInt(60),
        random.nextInt(80),
        random.nextInt(120),
        4 + random.nextInt(12),
        25 + random.nextInt(120),
        50 + random.nextInt(150));
  }
}
