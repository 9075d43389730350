/** One owner per service: observes, decides through the pure packages, carries out. */
@NullMarked
package io.understudy.daemon.service;

import org.jspecify.annotations.NullMarked;
