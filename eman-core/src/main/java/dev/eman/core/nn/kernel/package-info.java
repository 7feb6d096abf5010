/**
 * The arithmetic of the layers as an interface, {@link dev.eman.core.nn.kernel.Kernels}, and the
 * door for other implementations, {@link dev.eman.core.nn.kernel.KernelProvider}. What an
 * implementation needs is in this package: the operations' sizes and the memory layout.
 */
@NullMarked
package dev.eman.core.nn.kernel;

import org.jspecify.annotations.NullMarked;
