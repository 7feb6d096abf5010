/** The data sets that are known by name; found by {@link java.util.ServiceLoader}. */
@NullMarked
package dev.eman.datasets.builtin;

import org.jspecify.annotations.NullMarked;
