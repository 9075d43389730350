/** The plugin host's process: its environment and its parts put together. */
@NullMarked
package io.understudy.gateway;

import org.jspecify.annotations.NullMarked;
