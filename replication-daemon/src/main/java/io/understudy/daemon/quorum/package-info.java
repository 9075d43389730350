/** Pure: when does an update count as replicated? */
@NullMarked
package io.understudy.daemon.quorum;

import org.jspecify.annotations.NullMarked;
