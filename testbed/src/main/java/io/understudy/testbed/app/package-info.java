/** A small stateful application with faults that can be switched on. */
@NullMarked
package io.understudy.testbed.app;

import org.jspecify.annotations.NullMarked;
