/** Everything that proves Understudy on one machine; never published. */
@NullMarked
package io.understudy.testbed;

import org.jspecify.annotations.NullMarked;
