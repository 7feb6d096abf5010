/**
 * Images as unsigned bytes: decoding, resampling and the arithmetic of augmentation, as Pillow does
 * it.
 */
@NullMarked
package dev.eman.datasets.image;

import org.jspecify.annotations.NullMarked;
