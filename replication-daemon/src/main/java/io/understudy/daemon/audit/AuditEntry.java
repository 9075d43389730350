package io.understudy.daemon.audit;

/**
 * Something that changed, and why.
 *
 * @param seq grows by one with every entry of this daemon
 * @param atMillis wall clock, milliseconds since 1970
 * @param service name of the service
 * @param kind what changed, for example {@code shift}, {@code service}, {@code shadow eu-b}
 * @param from before
 * @param to after
 * @param cause why
 */
public record AuditEntry(
    long seq, long atMillis, String service, String kind, String from, String to, String cause) {}
