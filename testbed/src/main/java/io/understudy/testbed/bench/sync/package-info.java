/** {@code bench sync}: our replication beside PostgreSQL's own, on the same servers. */
@NullMarked
package io.understudy.testbed.bench.sync;

import org.jspecify.annotations.NullMarked;
