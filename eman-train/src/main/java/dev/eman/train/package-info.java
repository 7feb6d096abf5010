/** Training runs: options, folders, checkpoints, provenance. */
@NullMarked
package dev.eman.train;

import org.jspecify.annotations.NullMarked;
