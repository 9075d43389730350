package io.understudy.daemon.protocol;

/**
 * A voter's word to follow nobody older than {@code epoch}, and in it nobody but {@code candidate}.
 *
 * @param epoch the epoch that may begin
 * @param candidate the endpoint that may be its primary
 */
public record Promise(long epoch, String candidate) {}
