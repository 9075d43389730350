package io.understudy.daemon.audit;

/**
 * A change that was recorded.
 *
 * @param seq grows by one with every entry of this daemon
 * @param atMillis wall clock, milliseconds since 1970
 * @param service name of the service
 * @param change what changed and why
 */
public record AuditEntry(long seq, long atMillis, String service, Change change) {}
