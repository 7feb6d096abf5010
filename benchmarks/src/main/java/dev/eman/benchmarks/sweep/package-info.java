/** Grids of runs, and tables of their results. */
@NullMarked
package dev.eman.benchmarks.sweep;

import org.jspecify.annotations.NullMarked;
