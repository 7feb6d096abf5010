/** Speed benchmarks of this library and of others, side by side in one run. */
@NullMarked
package dev.eman.benchmarks.bench;

import org.jspecify.annotations.NullMarked;
