@NullMarked
package io.understudy.daemon.journal;

import org.jspecify.annotations.NullMarked;
