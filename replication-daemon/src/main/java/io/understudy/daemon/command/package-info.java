/** What the daemon's program does beside being a daemon: one-time looks and changes. */
@NullMarked
package io.understudy.daemon.command;

import org.jspecify.annotations.NullMarked;
