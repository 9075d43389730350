/** The gateway's side of APISIX's ext-plugin protocol. */
@NullMarked
package io.understudy.testbed.gateway.runner;

import org.jspecify.annotations.NullMarked;
