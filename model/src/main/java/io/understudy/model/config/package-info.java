/** Reading configuration so that every mistake is reported at once, each with its line and key. */
@NullMarked
package io.understudy.model.config;

import org.jspecify.annotations.NullMarked;
