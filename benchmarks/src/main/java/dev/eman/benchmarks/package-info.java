/** Adds commands to {@code eman} that measure the project itself. */
@NullMarked
package dev.eman.benchmarks;

import org.jspecify.annotations.NullMarked;
