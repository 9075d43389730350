@org.jspecify.annotations.NullMarked
package io.understudy.daemon.endpoint;
