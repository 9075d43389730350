/** What the application knows about its pending writes and its faults; pure. */
@NullMarked
package io.understudy.testbed.app.state;

import org.jspecify.annotations.NullMarked;
