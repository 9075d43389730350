/**
 * A seeded endpoint that lives, ages and fails, so that a model exists before the first incident.
 */
@NullMarked
package io.understudy.risk.simulate;

import org.jspecify.annotations.NullMarked;
