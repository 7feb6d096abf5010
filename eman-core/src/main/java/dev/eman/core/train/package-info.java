/** The training loop and its parts: learning-rate schedules, checkpoints, listeners. */
@NullMarked
package dev.eman.core.train;

import org.jspecify.annotations.NullMarked;
