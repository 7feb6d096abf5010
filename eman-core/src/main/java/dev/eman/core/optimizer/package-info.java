/** Optimisers over flat parameter vectors, with the arithmetic of PyTorch's. */
@NullMarked
package dev.eman.core.optimizer;

import org.jspecify.annotations.NullMarked;
