/**
 * Makes a model from the simulator, reproducibly, and says how good it is on endpoints it never
 * saw.
 */
@NullMarked
package io.understudy.risk.train;

import org.jspecify.annotations.NullMarked;
