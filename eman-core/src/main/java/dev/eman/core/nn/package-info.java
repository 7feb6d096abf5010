/**
 * Layers and networks: convolution and normalisation on fast kernels as DL4J layer configurations,
 * published backbones, and the converter from DL4J's stock layers.
 */
@NullMarked
package dev.eman.core.nn;

import org.jspecify.annotations.NullMarked;
