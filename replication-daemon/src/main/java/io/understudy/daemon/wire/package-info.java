/** What travels between the daemons of a service's endpoints, and how. */
@NullMarked
package io.understudy.daemon.wire;

import org.jspecify.annotations.NullMarked;
