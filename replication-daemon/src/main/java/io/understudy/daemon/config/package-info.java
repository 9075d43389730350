/** What the daemon is told in understudy.yaml. */
@NullMarked
package io.understudy.daemon.config;

import org.jspecify.annotations.NullMarked;
