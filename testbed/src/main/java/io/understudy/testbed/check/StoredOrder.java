package io.understudy.testbed.check;

/**
 * An order as an endpoint shows it.
 *
 * @param user whose it is
 * @param amount its amount
 * @param version 1 when new, one more with every change
 */
public record StoredOrder(String user, int amount, int version) {}
