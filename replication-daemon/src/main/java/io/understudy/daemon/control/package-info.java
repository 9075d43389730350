/** Which endpoint owns the writes of a service, kept durably. */
@NullMarked
package io.understudy.daemon.control;

import org.jspecify.annotations.NullMarked;
