/** Experiments on networks: they take networks and batches, and return numbers. */
@NullMarked
package dev.eman.train.protocol;

import org.jspecify.annotations.NullMarked;
