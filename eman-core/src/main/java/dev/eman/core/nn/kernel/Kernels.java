package dev.eman.core.nn.kernel;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The arithmetic of the layers, brought by a {@link KernelProvider}.
 *
 * <p>Images are {@code [N, C, H, W]} arrays in channels-last memory (see {@link ChannelsLast}),
 * features {@code [N, C]} and everything else (weights, biases, statistics: vectors of one value
 * per channel, {@code [C]}) in c order. All arrays of a call have the type that the kernels are
 * for, and adjacent elements; an array may be a view that begins anywhere in a larger buffer, as
 * parameters and their gradients do.
 *
 * <p>Arrays belong to the caller, and a kernel keeps none of them. It overwrites its outputs, which
 * may hold anything before (NaN too), and writes nothing else. An output shares memory with no
 * other array of the call, except where a method says that two may be the same array.
 *
 * <p>Layers of several threads call one instance at the same time.
 */
public interface Kernels {

  /**
   * The kernels for arrays of one type on the loaded backend, chosen by {@link
   * KernelProviders#chosen}. For layers to call when they are made, not at each step.
   */
  static Kernels of(DataType type) {
    return KernelProviders.chosen(type).kernels(type);
  }

  /**
   * Copies between arrays of one shape, each of any order, with gaps too.
   *
   * @param from read; may be broadcast (strides of 0)
   * @param to mutated
   */
  void copy(INDArray from, INDArray to);

  /**
   * y = x * w (+ b), where * slides w over x without flipping it.
   *
   * @param x {@code [N, C, H, W]}; read
   * @param w {@code [K, C, kH, kW]}; read
   * @param b {@code [K]}; read
   * @param y {@code [N, K, H', W']}; mutated
   */
  void convolution(ConvolutionGeometry g, INDArray x, INDArray w, @Nullable INDArray b, INDArray y);

  /**
   * The gradient of a convolution's input.
   *
   * @param dy the gradient of the output {@code [N, K, H', W']}; read
   * @param w {@code [K, C, kH, kW]}; read
   * @param dx {@code [N, C, H, W]}; mutated
   */
  void convolutionBackwardData(ConvolutionGeometry g, INDArray dy, INDArray w, INDArray dx);

  /**
   * The gradients of a convolution's weights and bias, summed over the batch.
   *
   * @param x {@code [N, C, H, W]}; read
   * @param dy the gradient of the output {@code [N, K, H', W']}; read
   * @param dw {@code [K, C, kH, kW]}; mutated
   * @param db {@code [K]}, null for a convolution without bias; mutated
   */
  void convolutionBackwardWeights(
      ConvolutionGeometry g, INDArray x, INDArray dy, INDArray dw, @Nullable INDArray db);

  /**
   * Normalises with the batch's own statistics: y = gamma (x - mean) / sqrt(variance + eps) + beta.
   *
   * @param x images or features; read
   * @param gamma {@code [C]}; read
   * @param beta {@code [C]}; read
   * @param slope of the ReLU behind: values that are not positive are multiplied by it; in [0, 1],
   *     0 for the plain ReLU, 1 for none
   * @param y of the shape of x; mutated
   * @param mean {@code [C]}; overwritten with the mean over all but channels
   * @param variance {@code [C]}; overwritten with the biased variance (divided by the number of
   *     values)
   */
  void normalizeWithBatch(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      double eps,
      double slope,
      INDArray y,
      INDArray mean,
      INDArray variance);

  /**
   * Normalises with given statistics, otherwise as {@link #normalizeWithBatch}: with those that it
   * has left, y is the same to the bit.
   *
   * @param mean {@code [C]}; read
   * @param variance {@code [C]}; read
   */
  void normalizeWithStored(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      double slope,
      INDArray y);

  /**
   * The backward pass of {@link #normalizeWithBatch}, through the statistics. The ReLU's mask is
   * the sign of the output, which is computed again from x to the same bits as in the forward pass,
   * so that nobody has to keep it.
   *
   * @param dy the gradient of the output; read
   * @param mean as the forward pass left it; read
   * @param variance as the forward pass left it; read
   * @param dx the gradient of x; mutated; may be {@code dy}
   * @param dgamma {@code [C]}; mutated
   * @param dbeta {@code [C]}; mutated
   */
  void normalizeBackward(
      INDArray x,
      INDArray dy,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      double slope,
      INDArray dx,
      INDArray dgamma,
      INDArray dbeta);

  /**
   * The batch's own statistics, as {@link #normalizeWithBatch} takes them.
   *
   * @param x images or features; read
   * @param mean {@code [C]}; overwritten with the mean over all but channels
   * @param variance {@code [C]}; overwritten with the biased variance
   */
  void batchStatistics(INDArray x, INDArray mean, INDArray variance);

  /**
   * y = a + b, or max(0, a + b), of which a is normalised first, and b where {@code ofB} says how.
   *
   * @param a images or features; read
   * @param b of the shape of a; read
   * @param y of the shape of a; mutated
   */
  void addNormalized(
      INDArray a,
      Normalization ofA,
      INDArray b,
      @Nullable Normalization ofB,
      boolean relu,
      INDArray y);

  /** y = a + b, or max(0, a + b); images or features; y may be a. */
  void add(INDArray a, INDArray b, boolean relu, INDArray y);

  /**
   * y = x where x &gt; 0, else slope x; images or features; y may be x.
   *
   * @param slope in [0, 1)
   */
  void relu(INDArray x, double slope, INDArray y);

  /** dx = dy where y &gt; 0, else slope dy; dx may be dy. */
  void reluBackward(INDArray y, double slope, INDArray dy, INDArray dx);

  /** Bytes that {@link #pool} needs to record where the maxima were; 0 when it needs none. */
  long poolingWorkspaceBytes(PoolingGeometry g);

  /**
   * Pooling.
   *
   * @param x {@code [N, C, H, W]}; read
   * @param y {@code [N, C, H', W']}; mutated
   * @param workspace {@link #poolingWorkspaceBytes} bytes of type UINT8, mutated; null when no
   *     backward pass follows, or for 0 bytes
   */
  void pool(PoolingGeometry g, INDArray x, INDArray y, @Nullable INDArray workspace);

  /**
   * The gradient of the pooling's input.
   *
   * @param x the input; read, but where there is a workspace its values may be any
   * @param dy the gradient of the output {@code [N, C, H', W']}; read
   * @param dx {@code [N, C, H, W]}; mutated
   * @param workspace as {@link #pool} left it; read
   */
  void poolBackward(
      PoolingGeometry g, INDArray x, INDArray dy, INDArray dx, @Nullable INDArray workspace);
}
