package io.understudy.daemon.postgres;

import java.math.BigInteger;
import java.util.OptionalLong;

/**
 * How a sequence counts, as {@code pg_sequences} has it. Pure.
 *
 * @param increment distance of two values, negative for a descending sequence
 * @param min least value
 * @param max greatest value
 * @param start first value of a new sequence
 * @param cycle whether it begins anew at the other end instead of failing
 */
public record SequenceRule(long increment, long min, long max, long start, boolean cycle) {
  public SequenceRule {
    if (increment == 0 || min > max) {
      throw new IllegalArgumentException(
          "a sequence cannot count by " + increment + " from " + min + " to " + max);
    }
  }

  /**
   * The value to set, as one that was handed out, so that everything the sequence hands out next is
   * new.
   *
   * @param last the farthest value that is known to have been handed out; empty if none is
   * @param steps how many more may have been handed out unseen, from 0
   * @return a value within the bounds. A sequence that cannot go so far stands at its end, and
   *     fails instead of repeating a value; one that cycles goes on from the other end
   */
  long beyond(OptionalLong last, long steps) {
    BigInteger step = BigInteger.valueOf(increment);
    BigInteger from =
        last.isPresent()
            ? BigInteger.valueOf(last.getAsLong())
            : BigInteger.valueOf(start).subtract(step);
    BigInteger target = from.add(step.multiply(BigInteger.valueOf(steps)));
    BigInteger end = BigInteger.valueOf(increment > 0 ? max : min);
    BigInteger over = target.subtract(end).multiply(BigInteger.valueOf(Long.signum(increment)));
    if (over.signum() > 0) {
      return cycle ? wrapped(over) : end.longValueExact();
    }
    BigInteger first = BigInteger.valueOf(increment > 0 ? min : max);
    boolean before = target.compareTo(first) * Long.signum(increment) < 0;
    return before ? first.longValueExact() : target.longValueExact();
  }

  /** The farther of two values in the direction in which it counts. */
  long farther(long one, long other) {
    return increment > 0 ? Math.max(one, other) : Math.min(one, other);
  }

  /**
   * Where it stands when it would be {@code over} past its end, counted in its direction: the step
   * that passes the end leads to the other end, whatever the distance.
   */
  private long wrapped(BigInteger over) {
    BigInteger size = BigInteger.valueOf(increment).abs();
    BigInteger span = BigInteger.valueOf(max).subtract(BigInteger.valueOf(min));
    BigInteger round = span.divide(size).add(BigInteger.ONE);
    BigInteger stepsOver = over.subtract(BigInteger.ONE).divide(size).mod(round);
    BigInteger first = BigInteger.valueOf(increment > 0 ? min : max);
    return first.add(BigInteger.valueOf(increment).multiply(stepsOver)).longValueExact();
  }
}
