package io.understudy.daemon.wire;

import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * What the connections of a daemon need from around them.
 *
 * @param vertx event loops and timers; not closed here
 * @param random for the time between two tries; used by one thread
 * @param clock for the validity of certificates
 * @param broken hears of a defect in an inbox, after which that peer is not listened to any more
 */
public record WireSurroundings(
    Vertx vertx, RandomGenerator random, InstantSource clock, Consumer<Throwable> broken) {}
