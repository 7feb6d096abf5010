/** The kernels on ND4J's operations. No API: outside of the core nobody uses this. */
@NullMarked
package dev.eman.core.nn.kernel.nd4j;

import org.jspecify.annotations.NullMarked;
