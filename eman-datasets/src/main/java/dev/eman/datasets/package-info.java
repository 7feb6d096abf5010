/** Data sets for image classification: what one is, and how to find one by name. */
@NullMarked
package dev.eman.datasets;

import org.jspecify.annotations.NullMarked;
