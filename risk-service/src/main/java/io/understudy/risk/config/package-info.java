/** The service's own section of understudy.yaml. */
@NullMarked
package io.understudy.risk.config;

import org.jspecify.annotations.NullMarked;
