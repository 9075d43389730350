@NullMarked
package io.understudy.testbed.bench;

import org.jspecify.annotations.NullMarked;
