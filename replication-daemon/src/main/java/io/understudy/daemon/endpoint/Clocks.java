package io.understudy.daemon.endpoint;

import java.time.InstantSource;

/**
 * Where a daemon reads the time.
 *
 * @param wall what heartbeats and files are marked with
 * @param steady never set forwards or back: leases are counted by it
 */
public record Clocks(InstantSource wall, InstantSource steady) {}
