@NullMarked
package io.understudy.gateway.host;

import org.jspecify.annotations.NullMarked;
