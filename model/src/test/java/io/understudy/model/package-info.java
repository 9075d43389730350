@NullMarked
package io.understudy.model;

import org.jspecify.annotations.NullMarked;
