/** What the daemon did and why. */
@NullMarked
package io.understudy.daemon.audit;

import org.jspecify.annotations.NullMarked;
