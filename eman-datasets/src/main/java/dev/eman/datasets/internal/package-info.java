/** Helpers of this module alone. */
@NullMarked
package dev.eman.datasets.internal;

import org.jspecify.annotations.NullMarked;
