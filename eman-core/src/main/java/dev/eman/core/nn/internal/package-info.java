/**
 * Kernels behind the layers: oneDNN's own API on ND4J's buffers for the CPU, ND4J's operations for
 * everything else. Internal: no compatibility is promised for anything in this package.
 */
@NullMarked
package dev.eman.core.nn.internal;

import org.jspecify.annotations.NullMarked;
