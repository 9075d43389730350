/** Tests of the protocol's rules, and the bugs that the simulation must find. */
@NullMarked
package io.understudy.daemon.protocol;

import org.jspecify.annotations.NullMarked;
