/** Features of images by models of other programs, kept in a cache. */
@NullMarked
package dev.eman.train.encoder;

import org.jspecify.annotations.NullMarked;
