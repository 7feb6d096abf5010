/** Which images are labelled: drawn at random, or as published. */
@NullMarked
package dev.eman.datasets.split;

import org.jspecify.annotations.NullMarked;
