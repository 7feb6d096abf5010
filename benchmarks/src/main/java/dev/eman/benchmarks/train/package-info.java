/** {@code eman train}, {@code demo} and what goes with them: options, run folders, their files. */
@NullMarked
package dev.eman.benchmarks.train;

import org.jspecify.annotations.NullMarked;
