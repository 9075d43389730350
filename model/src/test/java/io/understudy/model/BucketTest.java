package io.understudy.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class BucketTest {
  private static final int KEYS = 200_000;
  private static final int CELLS = 100;

  /** 99.99 % quantile of chi-square with 99 degrees of freedom. */
  private static final double CHI_SQUARE_MAX = 161.3;

  @Test
  void sequentialKeysSpreadEvenly() {
    assertThat(chiSquare(i -> "user-" + i)).isLessThan(CHI_SQUARE_MAX);
    assertThat(chiSquare(Integer::toString)).isLessThan(CHI_SQUARE_MAX);
  }

  @Test
  void addressesAndMailsSpreadEvenly() {
    assertThat(chiSquare(i -> "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255)))
        .isLessThan(CHI_SQUARE_MAX);
    assertThat(chiSquare(i -> "jane.doe" + i + "@example.org")).isLessThan(CHI_SQUARE_MAX);
  }

  @Test
  void randomKeysSpreadEvenly() {
    Random random = new Random(7);
    assertThat(chiSquare(i -> new UUID(random.nextLong(), random.nextLong()).toString()))
        .isLessThan(CHI_SQUARE_MAX);
  }

  @Test
  void bucketsOfTwoServicesAreIndependent() {
    long orders = Bucket.salt("orders");
    long carts = Bucket.salt("carts");
    int both = 0;
    for (int i = 0; i < KEYS; i++) {
      String key = "user-" + i;
      if (Bucket.of(orders, key) < 2_500 && Bucket.of(carts, key) < 2_500) {
        both++;
      }
    }
    // A quarter of a quarter, within 5 sigma of the binomial distribution.
    double sigma = Math.sqrt(KEYS * 0.0625 * (1 - 0.0625));
    assertThat(both)
        .isBetween((int) (KEYS * 0.0625 - 5 * sigma), (int) (KEYS * 0.0625 + 5 * sigma));
  }

  @Test
  void bucketsNeverChangeBetweenReleases() {
    long salt = Bucket.salt("orders");
    assertThat(Bucket.of(salt, "")).isEqualTo(4898);
    assertThat(Bucket.of(salt, "user-1")).isEqualTo(7170);
    assertThat(Bucket.of(salt, "7f0c6f0e-3c1d-4a73-8f5f-0d6bb1c2a111")).isEqualTo(2524);
  }

  private static double chiSquare(IntFunction<String> keys) {
    long salt = Bucket.salt("orders");
    int[] counts = new int[CELLS];
    for (int i = 0; i < KEYS; i++) {
      int bucket = Bucket.of(salt, keys.apply(i));
      assertThat(bucket).isBetween(0, Bucket.COUNT - 1);
      counts[bucket / (Bucket.COUNT / CELLS)]++;
    }
    double expected = (double) KEYS / CELLS;
    double sum = 0;
    for (int count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }
}
