/** What the cluster publishes, copied to memory so that no request ever waits for it. */
@NullMarked
package io.understudy.gateway.cache;

import org.jspecify.annotations.NullMarked;
