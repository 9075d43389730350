/** {@code bench resync}: our copies of a shadow beside PostgreSQL's own, on the same servers. */
@NullMarked
package io.understudy.testbed.bench.resync;

import org.jspecify.annotations.NullMarked;
