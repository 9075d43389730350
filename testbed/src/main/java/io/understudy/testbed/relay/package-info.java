/** A network on loopback that misbehaves as told. */
@NullMarked
package io.understudy.testbed.relay;

import org.jspecify.annotations.NullMarked;
