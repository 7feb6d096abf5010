/** Adds to the {@code eman} command what measures the project itself. */
@NullMarked
package dev.eman.benchmarks;

import org.jspecify.annotations.NullMarked;
