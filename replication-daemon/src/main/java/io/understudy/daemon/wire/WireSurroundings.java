package io.understudy.daemon.wire;

import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * What the connections of a daemon need from around them.
 *
 * @param vertx event loops and timers; not closed here
 * @param random for the time between two tries; used by one thread
 * @param clock for the validity of certificates
 */
public record WireSurroundings(Vertx vertx, RandomGenerator random, InstantSource clock) {}
