/**
 * The decision as a filter of Apache APISIX's plugin runner, for our host and the stock one alike.
 *
 * <p>The stock runner is a Spring application: declare the filter as a bean there. It does not
 * carry response headers, so under it no cookie is ever set and every request is a first touch,
 * which decides the same because buckets follow from the user key.
 */
@NullMarked
package io.understudy.gateway.filter;

import org.jspecify.annotations.NullMarked;
