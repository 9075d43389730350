/** The first copy of a shadow: everything up to one exact position of the primary. */
@NullMarked
package io.understudy.daemon.seed;

import org.jspecify.annotations.NullMarked;
