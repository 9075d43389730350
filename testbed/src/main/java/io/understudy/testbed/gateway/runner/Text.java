package io.understudy.testbed.gateway.runner;

import org.jspecify.annotations.Nullable;

/**
 * A named text on the wire: a header, an argument, a filter's configuration.
 *
 * @param name its name
 * @param value null for an argument without {@code =}, and in a Rewrite for "take it away"
 */
public record Text(String name, @Nullable String value) {}
