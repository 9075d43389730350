/** The gateway objects that put a plan into force, and the client that writes them. */
@NullMarked
package io.understudy.daemon.route;

import org.jspecify.annotations.NullMarked;
