/** What the parts cost, measured on the real parts; each bench names its figures and its misses. */
@NullMarked
package io.understudy.testbed.bench;

import org.jspecify.annotations.NullMarked;
