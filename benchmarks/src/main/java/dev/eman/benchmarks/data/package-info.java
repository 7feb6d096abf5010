/**
 * {@code eman data}: which data sets there are, what is in them, and what training sees of them.
 */
@NullMarked
package dev.eman.benchmarks.data;

import org.jspecify.annotations.NullMarked;
