/** Published settings, each with a main. */
@NullMarked
package dev.eman.benchmarks.published;

import org.jspecify.annotations.NullMarked;
