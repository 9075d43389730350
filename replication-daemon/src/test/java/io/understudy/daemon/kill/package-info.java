/** What tests need that kill processes: programs and servers that can be killed, and seeds. */
@NullMarked
package io.understudy.daemon.kill;

import org.jspecify.annotations.NullMarked;
