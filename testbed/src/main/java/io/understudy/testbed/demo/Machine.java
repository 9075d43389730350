package io.understudy.testbed.demo;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What the demonstration uses of the machine that it runs on.
 *
 * @param home root folder of the built project
 * @param temporary folder for the run's folder
 * @param nanos monotonic clock
 * @param wall wall clock
 * @param out where people look
 * @param terminal whether that is a terminal
 */
public record Machine(
    Path home,
    Path temporary,
    LongSupplier nanos,
    InstantSource wall,
    PrintStream out,
    boolean terminal) {}
