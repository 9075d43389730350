/** {@code bench commit}: how long COMMIT takes with our quorum, beside PostgreSQL's own ways. */
@NullMarked
package io.understudy.testbed.bench.commit;

import org.jspecify.annotations.NullMarked;
