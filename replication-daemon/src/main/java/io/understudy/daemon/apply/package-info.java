/** Brings a shadow forward, whole transaction by whole transaction, with its position. */
@NullMarked
package io.understudy.daemon.apply;

import org.jspecify.annotations.NullMarked;
