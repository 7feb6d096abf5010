/** The {@code eman} command line. */
@NullMarked
package dev.eman.benchmarks;

import org.jspecify.annotations.NullMarked;
