/** How many users of which cohort the shadow serves: a pure control loop. */
@NullMarked
package io.understudy.daemon.shift;

import org.jspecify.annotations.NullMarked;
