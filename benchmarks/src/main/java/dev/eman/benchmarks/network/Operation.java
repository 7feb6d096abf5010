package dev.eman.benchmarks.network;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One operation of a {@link NetworkPlan}; its result has its name.
 *
 * @param kind what it computes
 * @param name unique in the network
 * @param inputs names of operations before it, or {@link NetworkPlan#INPUT}
 * @param numbers as {@link Kind} says
 * @param parameters as {@link Kind} says; copies in c order
 */
public record Operation(
    Kind kind,
    String name,
    ImmutableList<String> inputs,
    ImmutableList<Double> numbers,
    ImmutableList<INDArray> parameters) {

  /** Kinds of operations. */
  public enum Kind {
    /**
     * Numbers: output channels, input channels, kernel's side, stride, padding on every side.
     * Parameters: weights {@code [out, in, kernel, kernel]}.
     */
    CONVOLUTION,
    /**
     * Numbers: channels, eps, and the share of the batch in the running statistics (1 - decay).
     * Parameters: gamma, beta, running mean, running variance, each {@code [channels]}.
     */
    NORMALIZATION,
    /** Numbers: slope for negative values, 0 for the plain ReLU. */
    RELU,
    /** Numbers: kernel's side, stride, padding on every side. */
    MAX_POOL,
    /** Two inputs of one shape. */
    ADD,
    /** The mean of each channel: {@code [N, C, H, W]} to {@code [N, C]}. */
    GLOBAL_AVERAGE,
    /** Numbers: outputs, inputs. Parameters: weights {@code [out, in]}, bias {@code [out]}. */
    LINEAR
  }

  static Operation of(
      Kind kind,
      String name,
      ImmutableList<String> inputs,
      ImmutableList<INDArray> parameters,
      double... numbers) {
    return new Operation(
        kind,
        name,
        inputs,
        Arrays.stream(numbers).boxed().collect(ImmutableList.toImmutableList()),
        parameters);
  }

  /** One of the numbers, which is a whole one. */
  public int whole(int index) {
    return numbers.get(index).intValue();
  }
}
