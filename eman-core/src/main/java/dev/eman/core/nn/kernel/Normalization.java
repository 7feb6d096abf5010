package dev.eman.core.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A normalisation with given statistics: gamma (x - mean) / sqrt(variance + eps) + beta.
 *
 * @param gamma {@code [C]}; read
 * @param beta {@code [C]}; read
 * @param mean {@code [C]}; read
 * @param variance {@code [C]}; read
 */
public record Normalization(
    INDArray gamma, INDArray beta, INDArray mean, INDArray variance, double eps) {}
