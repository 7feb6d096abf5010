/**
 * Sums over the workers of a stage: a {@link dev.eman.spark.ring.Ring} of connections that only
 * those who know its secret can join. Knows nothing of Spark.
 */
@NullMarked
package dev.eman.spark.ring;

import org.jspecify.annotations.NullMarked;
