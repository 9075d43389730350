/** How the test bed's processes are told what to do, started and stopped. */
@NullMarked
package io.understudy.testbed.command;

import org.jspecify.annotations.NullMarked;
