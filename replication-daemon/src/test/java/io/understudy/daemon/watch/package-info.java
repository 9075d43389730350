@NullMarked
package io.understudy.daemon.watch;

import org.jspecify.annotations.NullMarked;
