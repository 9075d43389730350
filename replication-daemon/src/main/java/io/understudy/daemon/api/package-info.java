/** The daemon's Admin API, metrics and health. */
@NullMarked
package io.understudy.daemon.api;

import org.jspecify.annotations.NullMarked;
