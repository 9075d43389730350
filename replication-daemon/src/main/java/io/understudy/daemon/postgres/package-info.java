/** What Understudy asks of a PostgreSQL server: objects, privileges, slots, preflight. */
@NullMarked
package io.understudy.daemon.postgres;

import org.jspecify.annotations.NullMarked;
