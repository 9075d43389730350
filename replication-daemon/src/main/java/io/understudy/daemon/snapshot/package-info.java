/** Makes a shadow equal to the primary at one exact position, and proves that it is. */
@NullMarked
package io.understudy.daemon.snapshot;

import org.jspecify.annotations.NullMarked;
