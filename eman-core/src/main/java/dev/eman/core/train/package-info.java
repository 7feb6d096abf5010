/** The training loop and its parts: schedules, the optimiser, checkpoints, listeners. */
@NullMarked
package dev.eman.core.train;

import org.jspecify.annotations.NullMarked;
