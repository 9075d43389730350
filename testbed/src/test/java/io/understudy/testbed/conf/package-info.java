/** Holds configuration, containers and pages to what the programs really read, serve and write. */
@NullMarked
package io.understudy.testbed.conf;

import org.jspecify.annotations.NullMarked;
