@NullMarked
package io.understudy.daemon.service;

import org.jspecify.annotations.NullMarked;
