/** Where scores go: the Hazelcast map, the service's own metrics, and its HTTP interface. */
@NullMarked
package io.understudy.risk.publish;

import org.jspecify.annotations.NullMarked;
