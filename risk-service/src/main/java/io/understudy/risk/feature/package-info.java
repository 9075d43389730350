/**
 * Samples of an endpoint become a row of numbers: pure, causal, incremental, counted in samples.
 */
@NullMarked
package io.understudy.risk.feature;

import org.jspecify.annotations.NullMarked;
