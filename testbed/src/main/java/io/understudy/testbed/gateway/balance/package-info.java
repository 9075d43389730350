/** Which node serves a request, and which nodes are up; pure. */
@NullMarked
package io.understudy.testbed.gateway.balance;

import org.jspecify.annotations.NullMarked;
