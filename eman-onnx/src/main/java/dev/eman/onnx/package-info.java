/** ONNX Runtime, found by {@link dev.eman.weights.onnx.OnnxEngine#find}. */
@NullMarked
package dev.eman.onnx;

import org.jspecify.annotations.NullMarked;
