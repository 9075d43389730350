@NullMarked
package io.understudy.daemon.preflight;

import org.jspecify.annotations.NullMarked;
