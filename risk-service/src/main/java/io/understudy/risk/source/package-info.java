/**
 * Where samples come from: scraped metrics and active probes; what fails becomes a missing value.
 */
@NullMarked
package io.understudy.risk.source;

import org.jspecify.annotations.NullMarked;
