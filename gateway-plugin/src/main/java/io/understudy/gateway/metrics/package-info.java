/** What the plugin counts, in Prometheus's client library. */
@NullMarked
package io.understudy.gateway.metrics;

import org.jspecify.annotations.NullMarked;
