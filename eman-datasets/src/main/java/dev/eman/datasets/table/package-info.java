/** Tables of images and their labels, as text with separators. */
@NullMarked
package dev.eman.datasets.table;

import org.jspecify.annotations.NullMarked;
