@NullMarked
package io.understudy.daemon;

import org.jspecify.annotations.NullMarked;
