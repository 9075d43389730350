/** The replication daemon: replicates an endpoint's state, shifts its users and takes over. */
@NullMarked
package io.understudy.daemon;

import org.jspecify.annotations.NullMarked;
