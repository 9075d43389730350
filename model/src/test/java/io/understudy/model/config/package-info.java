@NullMarked
package io.understudy.model.config;

import org.jspecify.annotations.NullMarked;
