/** From calibrated heads to the one risk score that leaves the service; pure. */
@NullMarked
package io.understudy.risk.score;

import org.jspecify.annotations.NullMarked;
