/** Measuring networks: classifiers on images with labels, features, and how embeddings spread. */
@NullMarked
package dev.eman.core.eval;

import org.jspecify.annotations.NullMarked;
