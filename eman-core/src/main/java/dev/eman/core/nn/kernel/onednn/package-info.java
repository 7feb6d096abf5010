/** The kernels on oneDNN. No API: outside of the core nobody uses this. */
@NullMarked
package dev.eman.core.nn.kernel.onednn;

import org.jspecify.annotations.NullMarked;
