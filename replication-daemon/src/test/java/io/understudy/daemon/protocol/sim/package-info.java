/** Deterministic simulation of the protocol: one seed, one run. */
@NullMarked
package io.understudy.daemon.protocol.sim;

import org.jspecify.annotations.NullMarked;
