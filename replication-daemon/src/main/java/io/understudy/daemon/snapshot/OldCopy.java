package io.understudy.daemon.snapshot;

/**
 * What is to be copied, and what the shadow holds of it already; all of it estimates.
 *
 * @param bytes bytes of the primary's tables without indexes
 * @param rows rows of the primary's tables
 * @param rowsThere rows of the shadow's tables; 0 if they are empty
 * @param changedFraction part of the rows that differs, in [0, 1]
 */
public record OldCopy(long bytes, long rows, long rowsThere, double changedFraction) {}
