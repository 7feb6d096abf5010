/** Evaluation of classifiers on labelled images, of features, and of the spread of embeddings. */
@NullMarked
package dev.eman.core.eval;

import org.jspecify.annotations.NullMarked;
