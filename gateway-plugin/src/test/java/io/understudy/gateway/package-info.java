@NullMarked
package io.understudy.gateway;

import org.jspecify.annotations.NullMarked;
