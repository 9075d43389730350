package io.understudy.daemon.audit;

/**
 * A transition and its reason.
 *
 * @param kind what changed, for example {@code shift}, {@code service}, {@code shadow eu-b}
 * @param from before
 * @param to after
 * @param cause why
 */
public record Change(String kind, String from, String to, String cause) {}
