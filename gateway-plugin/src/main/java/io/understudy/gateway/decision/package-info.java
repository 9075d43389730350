/** Who serves a request: pure, knows no gateway, network, cluster or clock. */
@NullMarked
package io.understudy.gateway.decision;

import org.jspecify.annotations.NullMarked;
