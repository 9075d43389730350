package io.understudy.testbed.gateway.config;

import org.jspecify.annotations.Nullable;

/** What an expression may ask about a request, by nginx variable name. */
@FunctionalInterface
public interface Variables {
  /** The value of a variable such as {@code cookie_us_b}, or null when the request has none. */
  @Nullable String value(String name);
}
