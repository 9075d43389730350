@NullMarked
package io.understudy.daemon.config;

import org.jspecify.annotations.NullMarked;
