package dev.eman.core.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss and its derivative.
 *
 * @param value the loss, averaged as the function that made it says
 * @param gradient its derivative with respect to the logits, in their shape and dtype; newly
 *     allocated, owned by the caller
 */
public record LossValue(double value, INDArray gradient) {}
