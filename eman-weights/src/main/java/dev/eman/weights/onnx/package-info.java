/** Networks as ONNX models, and what runs such models. */
@NullMarked
package dev.eman.weights.onnx;

import org.jspecify.annotations.NullMarked;
