@NullMarked
package io.understudy.daemon.shift;

import org.jspecify.annotations.NullMarked;
