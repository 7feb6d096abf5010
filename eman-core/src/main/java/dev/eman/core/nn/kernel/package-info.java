/**
 * The arithmetic of the layers as an interface, {@link dev.eman.core.nn.kernel.Kernels}, with the
 * sizes that its operations take.
 */
@NullMarked
package dev.eman.core.nn.kernel;

import org.jspecify.annotations.NullMarked;
