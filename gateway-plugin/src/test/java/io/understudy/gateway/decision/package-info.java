@NullMarked
package io.understudy.gateway.decision;

import org.jspecify.annotations.NullMarked;
