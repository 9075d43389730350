@NullMarked
package io.understudy.daemon.route;

import org.jspecify.annotations.NullMarked;
