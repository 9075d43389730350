/** The append-only log on disk that makes a transaction count: frames, tail, damage, promises. */
@NullMarked
package io.understudy.daemon.journal;

import org.jspecify.annotations.NullMarked;
