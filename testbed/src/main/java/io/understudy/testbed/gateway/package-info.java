/** A gateway that stands in for Apache APISIX on one machine: thin Vert.x adapters. */
@NullMarked
package io.understudy.testbed.gateway;

import org.jspecify.annotations.NullMarked;
