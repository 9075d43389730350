package io.understudy.testbed.app;

import java.util.UUID;

/**
 * What a user ordered.
 *
 * @param id chosen by the client, so that a write can be repeated
 * @param user who ordered
 * @param amount how much
 * @param version counts the writes, from 1
 */
record Order(UUID id, String user, int amount, int version) {}
