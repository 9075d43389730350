@NullMarked
package io.understudy.daemon.command;

import org.jspecify.annotations.NullMarked;
