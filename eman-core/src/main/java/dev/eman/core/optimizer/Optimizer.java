package dev.eman.core.optimizer;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Moves a flat parameter vector along a gradient. Stateless; the state is the caller's. */
public interface Optimizer {
  /**
   * One step.
   *
   * @param parameters {@code [n]}, float32 or float64, adjacent elements; mutated
   * @param gradient {@code [n]}, the parameters' type; read
   * @param state {@code [n]}, the parameters' type, zeros before the first step; mutated
   * @param learningRate at least 0
   */
  void stepInPlace(INDArray parameters, INDArray gradient, INDArray state, double learningRate);
}
