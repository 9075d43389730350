/** When an endpoint counts as dead. */
@NullMarked
package io.understudy.daemon.watch;

import org.jspecify.annotations.NullMarked;
