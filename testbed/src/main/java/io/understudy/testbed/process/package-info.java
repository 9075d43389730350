/** Real child processes and PostgreSQL servers of a run, and the promise that none outlives it. */
@NullMarked
package io.understudy.testbed.process;

import org.jspecify.annotations.NullMarked;
