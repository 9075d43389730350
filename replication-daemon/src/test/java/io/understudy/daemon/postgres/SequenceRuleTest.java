package io.understudy.daemon.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SequenceRuleTest {
  private static final SequenceRule SERIAL = new SequenceRule(1, 1, Integer.MAX_VALUE, 1, false);

  @Test
  void itGoesThatManyStepsPastTheLastValue() {
    assertThat(SERIAL.beyond(OptionalLong.of(500), 1_000)).isEqualTo(1_500);
    assertThat(new SequenceRule(-5, -100_000, -1, -1, false).beyond(OptionalLong.of(-501), 10))
        .isEqualTo(-551);
  }

  @Test
  void withoutAValueItCountsFromTheStart() {
    assertThat(SERIAL.beyond(OptionalLong.empty(), 1_000)).isEqualTo(1_000);
    assertThat(new SequenceRule(10, 1, 10_000, 7, false).beyond(OptionalLong.empty(), 2))
        .isEqualTo(17);
  }

  @Test
  void atItsEndItStopsAndNeverRepeats() {
    assertThat(SERIAL.beyond(OptionalLong.of(Integer.MAX_VALUE - 3L), 1_000))
        .isEqualTo(Integer.MAX_VALUE);
    SequenceRule all = new SequenceRule(1, Long.MIN_VALUE, Long.MAX_VALUE, 0, false);
    assertThat(all.beyond(OptionalLong.of(Long.MAX_VALUE), Long.MAX_VALUE))
        .isEqualTo(Long.MAX_VALUE);
    SequenceRule down = new SequenceRule(-1, Long.MIN_VALUE, -1, -1, false);
    assertThat(down.beyond(OptionalLong.of(Long.MIN_VALUE + 5), 1_000)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void valuesBeforeItsBoundsCountAsItsBegin() {
    SequenceRule shifted = new SequenceRule(1, 1_000_000, 2_000_000, 1_000_000, false);
    assertThat(shifted.beyond(OptionalLong.of(5), 10)).isEqualTo(1_000_000);
  }

  /** The oracle counts one by one, as PostgreSQL does. */
  @Test
  void itStandsWhereAsManyCallsWouldHaveLeftIt() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      long increment = (1 + random.nextInt(5)) * (random.nextBoolean() ? 1L : -1L);
      long min = random.nextInt(20) - 10L;
      long max = min + random.nextInt(40);
      long start = min + random.nextLong(max - min + 1);
      SequenceRule rule = new SequenceRule(increment, min, max, start, random.nextBoolean());
      OptionalLong last =
          random.nextInt(4) == 0
              ? OptionalLong.empty()
              : OptionalLong.of(min + random.nextLong(max - min + 1));
      int steps = 1 + random.nextInt(100);
      assertThat(rule.beyond(last, steps))
          .as("seed %d: %s after %s, %d steps", seed, rule, last, steps)
          .isEqualTo(counted(rule, last, steps));
    }
  }

  private static long counted(SequenceRule rule, OptionalLong last, int steps) {
    long at = last.isPresent() ? last.getAsLong() : rule.start();
    for (int i = last.isPresent() ? 0 : 1; i < steps; i++) {
      long next = at + rule.increment();
      if (next >= rule.min() && next <= rule.max()) {
        at = next;
      } else if (rule.cycle()) {
        at = rule.increment() > 0 ? rule.min() : rule.max();
      } else {
        return rule.increment() > 0 ? rule.max() : rule.min();
      }
    }
    return at;
  }
}
