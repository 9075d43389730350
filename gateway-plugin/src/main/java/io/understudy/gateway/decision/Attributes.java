package io.understudy.gateway.decision;

import org.jspecify.annotations.Nullable;

/**
 * What a request says about itself, as far as routing looks at it.
 *
 * @param method HTTP method, upper case
 * @param path path without arguments
 * @param userKey what stands for the user: the plan's user header, or else the client's address
 * @param group user group, or null if the request names none
 * @param region client region, or null if the request names none
 * @param cookie value of the plan's cookie, or null if the request carries none
 */
public record Attributes(
    String method,
    String path,
    String userKey,
    @Nullable String group,
    @Nullable String region,
    @Nullable String cookie) {

  /** Whether the method only reads (RFC 9110, section 9.2.1, as far as routes carry it). */
  boolean reads() {
    return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
  }
}
