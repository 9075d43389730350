@NullMarked
package io.understudy.daemon.control;

import org.jspecify.annotations.NullMarked;
