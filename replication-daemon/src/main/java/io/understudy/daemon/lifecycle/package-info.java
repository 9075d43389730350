/** Which endpoint stands where, and which may follow which: pure. */
@NullMarked
package io.understudy.daemon.lifecycle;

import org.jspecify.annotations.NullMarked;
