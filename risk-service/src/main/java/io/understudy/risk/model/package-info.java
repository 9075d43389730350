/** Trained heads on disk: checked before native code sees them, predicted in one batch. */
@NullMarked
package io.understudy.risk.model;

import org.jspecify.annotations.NullMarked;
