@NullMarked
package io.understudy.daemon.api;

import org.jspecify.annotations.NullMarked;
