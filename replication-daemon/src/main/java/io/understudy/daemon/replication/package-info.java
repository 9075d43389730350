/** The state synchronisation of one service in one epoch, as the rest of the daemon sees it. */
@NullMarked
package io.understudy.daemon.replication;

import org.jspecify.annotations.NullMarked;
