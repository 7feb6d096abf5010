/** Grids of runs, and tables of what came out. */
@NullMarked
package dev.eman.benchmarks.sweep;

import org.jspecify.annotations.NullMarked;
