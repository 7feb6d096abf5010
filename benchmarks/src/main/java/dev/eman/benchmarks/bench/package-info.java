/** Speed benchmarks of this library, stock DL4J and PyTorch, side by side in one run. */
@NullMarked
package dev.eman.benchmarks.bench;

import org.jspecify.annotations.NullMarked;
