package dev.eman.core.nn.kernel;

import dev.eman.core.nn.kernel.nd4j.Nd4jKernels;
import dev.eman.core.nn.kernel.onednn.OneDnn;
import dev.eman.core.nn.kernel.onednn.OneDnnKernels;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The arithmetic of the layers. Images are {@code [N, C, H, W]} arrays in channels-last memory (see
 * {@link ChannelsLast}), features {@code [N, C]} in c order; outputs are written into arrays of the
 * caller. Both implementations compute the same thing; a kernel never keeps an array.
 */
public interface Kernels {

  /** The kernels for arrays of one type on the loaded backend. */
  static Kernels of(DataType type) {
    return type == DataType.FLOAT && OneDnn.isAvailable()
        ? OneDnnKernels.INSTANCE
        : Nd4jKernels.INSTANCE;
  }

  /** Copies between arrays of one shape and any strides. */
  void copy(INDArray from, INDArray to);

  /** y = x * w (+ b); w is {@code [K, C, kH, kW]} and contiguous. */
  void convolution(ConvolutionGeometry g, INDArray x, INDArray w, @Nullable INDArray b, INDArray y);

  /** dx = the gradient of the input. */
  void convolutionBackwardData(ConvolutionGeometry g, INDArray dy, INDArray w, INDArray dx);

  /** dw (and db) = the gradients of the weights and the bias, overwritten. */
  void convolutionBackwardWeights(
      ConvolutionGeometry g, INDArray x, INDArray dy, INDArray dw, @Nullable INDArray db);

  /**
   * Normalises with the batch's own statistics and leaves them in {@code mean} and {@code variance}
   * (the biased one).
   */
  void normalizeWithBatch(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      double eps,
      boolean relu,
      INDArray y,
      INDArray mean,
      INDArray variance);

  /** Normalises with given statistics. */
  void normalizeWithStored(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      boolean relu,
      INDArray y);

  /**
   * The backward pass of {@link #normalizeWithBatch}. {@code dx} may be {@code dy}. {@code y} is
   * the forward output, the ReLU's mask.
   */
  void normalizeBackward(
      INDArray x,
      INDArray y,
      INDArray dy,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      boolean relu,
      INDArray dx,
      INDArray dgamma,
      INDArray dbeta);

  /** y = a + b, or max(0, a + b); y may be a. */
  void add(INDArray a, INDArray b, boolean relu, INDArray y);

  /** y = max(slope x, x); y may be x. */
  void relu(INDArray x, double slope, INDArray y);

  /** dx = dy where y &gt; 0, else slope dy; dx may be dy. */
  void reluBackward(INDArray y, double slope, INDArray dy, INDArray dx);

  /** Bytes that {@link #pool} wants to remember where the maxima were; 0 when it needs none. */
  long poolingWorkspaceBytes(PoolingGeometry g);

  /** Pooling; {@code workspace} is null when no backward pass follows. */
  void pool(PoolingGeometry g, INDArray x, INDArray y, @Nullable INDArray workspace);

  /** dx = the gradient of the pooling's input. */
  void poolBackward(
      PoolingGeometry g, INDArray x, INDArray dy, INDArray dx, @Nullable INDArray workspace);
}
