/** Measuring classifiers on images with labels. */
@NullMarked
package dev.eman.core.eval;

import org.jspecify.annotations.NullMarked;
