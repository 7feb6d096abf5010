/**
 * Exchange of weights: reads PyTorch checkpoints and safetensors, writes safetensors, without
 * Python.
 */
@NullMarked
package dev.eman.weights;

import org.jspecify.annotations.NullMarked;
