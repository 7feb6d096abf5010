/** What teachers do, measured on finished runs. */
@NullMarked
package dev.eman.benchmarks.study;

import org.jspecify.annotations.NullMarked;
