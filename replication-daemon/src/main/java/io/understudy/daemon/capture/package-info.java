/** Turns the primary's commits into whole transactions, in commit order. */
@NullMarked
package io.understudy.daemon.capture;

import org.jspecify.annotations.NullMarked;
