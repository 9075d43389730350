package io.understudy.gateway.host;

import java.util.Map;

/**
 * A route's configuration as the gateway sent it.
 *
 * @param key the gateway's name for it: route, plugin and version
 * @param values conf by filter name
 * @param token what later requests name it by, 1..2^32-1
 * @param preparedAtMillis when the gateway sent it, milliseconds since 1970
 */
record PreparedConf(String key, Map<String, String> values, long token, long preparedAtMillis) {}
