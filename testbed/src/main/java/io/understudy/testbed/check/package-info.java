/** Pure judgement of a recorded run: what was promised, and whether it was kept. */
@NullMarked
package io.understudy.testbed.check;

import org.jspecify.annotations.NullMarked;
