@NullMarked
package io.understudy.gateway.filter;

import org.jspecify.annotations.NullMarked;
