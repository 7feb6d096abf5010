/** Seeded augmentation of images: the policies of FixMatch, EMAN, MoCo and BYOL. */
@NullMarked
package dev.eman.datasets.augment;

import org.jspecify.annotations.NullMarked;
