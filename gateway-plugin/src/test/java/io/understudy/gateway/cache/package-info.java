@NullMarked
package io.understudy.gateway.cache;

import org.jspecify.annotations.NullMarked;
