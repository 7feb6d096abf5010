/**
 * Weights that travel: PyTorch's checkpoints and safetensors in, safetensors out, without Python.
 */
@NullMarked
package dev.eman.weights;

import org.jspecify.annotations.NullMarked;
