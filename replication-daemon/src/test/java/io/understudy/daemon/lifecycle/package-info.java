@NullMarked
package io.understudy.daemon.lifecycle;

import org.jspecify.annotations.NullMarked;
