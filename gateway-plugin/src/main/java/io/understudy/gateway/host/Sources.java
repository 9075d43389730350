package io.understudy.gateway.host;

import java.util.function.LongSupplier;

/**
 * Where the host takes time and randomness from.
 *
 * @param wallMillis the wall clock, milliseconds since 1970
 * @param nanos a clock for durations, nanoseconds
 * @param random unpredictable numbers
 */
public record Sources(LongSupplier wallMillis, LongSupplier nanos, LongSupplier random) {}
