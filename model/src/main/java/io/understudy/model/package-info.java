/** What every process of Understudy agrees on: immutable records and pure functions, no I/O. */
@NullMarked
package io.understudy.model;

import org.jspecify.annotations.NullMarked;
