/**
 * Experiments on networks: what they are given are networks and batches, what they return, numbers.
 */
@NullMarked
package dev.eman.train.protocol;

import org.jspecify.annotations.NullMarked;
