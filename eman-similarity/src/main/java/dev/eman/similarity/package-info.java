/**
 * Methods that give the classifier an embedding beside it, so that similarities between images and
 * pseudo labels correct each other: what SimMatch and CoMatch share.
 */
@NullMarked
package dev.eman.similarity;

import org.jspecify.annotations.NullMarked;
