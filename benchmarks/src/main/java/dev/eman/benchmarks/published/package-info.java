/** The published settings: a main for each, over a file in {@code benchmarks/configs}. */
@NullMarked
package dev.eman.benchmarks.published;

import org.jspecify.annotations.NullMarked;
