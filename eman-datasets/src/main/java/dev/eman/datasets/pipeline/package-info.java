/** Parallel loading, augmentation and batching. */
@NullMarked
package dev.eman.datasets.pipeline;

import org.jspecify.annotations.NullMarked;
