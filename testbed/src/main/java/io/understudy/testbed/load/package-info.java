/** People who use the service through the gateway, on a schedule that does not wait for answers. */
@NullMarked
package io.understudy.testbed.load;

import org.jspecify.annotations.NullMarked;
