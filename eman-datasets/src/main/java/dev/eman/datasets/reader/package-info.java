/** Readers of the formats that the field's data sets are published in. */
@NullMarked
package dev.eman.datasets.reader;

import org.jspecify.annotations.NullMarked;
