@NullMarked
package io.understudy.daemon.wire;

import org.jspecify.annotations.NullMarked;
