/** The risk service: predicts from telemetry that an endpoint is about to breach its objective. */
@NullMarked
package io.understudy.risk;

import org.jspecify.annotations.NullMarked;
