/** The demonstration: starts everything, breaks the primary, shows and judges what happened. */
@NullMarked
package io.understudy.testbed.demo;

import org.jspecify.annotations.NullMarked;
