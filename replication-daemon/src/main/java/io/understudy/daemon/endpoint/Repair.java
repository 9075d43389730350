package io.understudy.daemon.endpoint;

import io.understudy.daemon.snapshot.Report;

/**
 * What a repair of a shadow came to.
 *
 * @param sent what differed and was sent
 * @param verified what a comparison found afterwards, at a later position
 */
public record Repair(Report sent, Report verified) {}
