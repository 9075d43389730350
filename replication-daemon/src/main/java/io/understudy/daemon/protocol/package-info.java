/**
 * Pure: the protocol of state synchronisation as three state machines, {@code List<Effect>
 * step(Event)}. Start reading at {@link io.understudy.daemon.protocol.Rules}. The running daemon
 * does not use it yet.
 */
@NullMarked
package io.understudy.daemon.protocol;

import org.jspecify.annotations.NullMarked;
