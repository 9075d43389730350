/** Everything that is worth knowing about the servers of a service before it is trusted to them. */
@NullMarked
package io.understudy.daemon.preflight;

import org.jspecify.annotations.NullMarked;
