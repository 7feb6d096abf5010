/** Seeded augmentation of images: the policies of FixMatch, CoMatch, EMAN, MoCo, ReSSL and BYOL. */
@NullMarked
package dev.eman.datasets.augment;

import org.jspecify.annotations.NullMarked;
