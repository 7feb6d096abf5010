/** Looks through a data set for what would make training go wrong. */
@NullMarked
package dev.eman.datasets.check;

import org.jspecify.annotations.NullMarked;
