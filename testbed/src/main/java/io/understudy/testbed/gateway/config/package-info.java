/** What the gateway was told: routes, upstreams and plugins, parsed and immutable; pure. */
@NullMarked
package io.understudy.testbed.gateway.config;

import org.jspecify.annotations.NullMarked;
