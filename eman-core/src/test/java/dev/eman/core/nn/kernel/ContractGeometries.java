package dev.eman.core.nn.kernel;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The sizes at which {@link KernelContractTest} runs kernels. */
final class ContractGeometries {
  private ContractGeometries() {}

  /** n, c, h, w, k; then kernel, stride, dilation; then padding: top, left, bottom, right. */
  private static final int[][] CONVOLUTIONS = {
    {1, 1, 5, 5, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, // one image, one channel
    {2, 3, 6, 5, 7, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, // the usual window, odd channels
    {2, 17, 7, 8, 9, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1}, // strided
    {2, 16, 8, 8, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, // whole blocks of channels
    {2, 32, 7, 6, 48, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1}, // strided, whole blocks of channels
    {2, 16, 5, 6, 24, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, // one pixel
    {2, 64, 18, 17, 70, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, // one pixel, of many, and many channels
    {2, 5, 9, 9, 16, 1, 1, 2, 2, 1, 1, 0, 0, 0, 0}, // a window that skips pixels
    {1, 4, 6, 6, 3, 3, 3, 2, 2, 1, 1, 0, 0, 1, 1}, // DL4J's "same": below and right
    {3, 2, 5, 7, 5, 2, 3, 1, 2, 1, 1, 1, 0, 0, 2}, // every side its own
    {2, 16, 9, 9, 8, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2}, // dilated
    {1, 3, 8, 10, 2, 3, 2, 2, 1, 1, 3, 1, 2, 0, 1}, // every direction its own
    {1, 2, 3, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, // windows in the padding alone
    {1, 2, 4, 4, 3, 2, 2, 2, 2, 1, 1, 3, 3, 3, 3}, // padding wider than the window
    {2, 8, 4, 4, 6, 4, 4, 1, 1, 1, 1, 0, 0, 0, 0}, // one window
    {1, 3, 8, 8, 4, 3, 3, 3, 3, 1, 1, 0, 0, 0, 0}, // rows that no window reads
  };

  /** n, c, h, w; then kernel, stride; then padding: top, left, bottom, right. */
  private static final int[][] POOLINGS = {
    {2, 3, 6, 6, 2, 2, 2, 2, 0, 0, 0, 0}, // side by side
    {1, 5, 7, 8, 3, 3, 2, 2, 1, 1, 1, 1}, // ResNet's
    {2, 17, 5, 5, 3, 3, 1, 1, 0, 0, 1, 1}, // below and right
    {3, 1, 4, 6, 4, 6, 4, 6, 0, 0, 0, 0}, // the whole image
    {2, 4, 8, 7, 2, 3, 3, 4, 0, 0, 0, 0}, // pixels that no window reads
    {1, 7, 9, 9, 5, 4, 1, 2, 2, 1, 2, 2}, // every side its own
    {2, 16, 3, 3, 1, 1, 1, 1, 0, 0, 0, 0}, // one pixel
    {1, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1}, // more windows over the border than inside
  };

  static Stream<ConvolutionGeometry> convolutions() {
    return Stream.of(CONVOLUTIONS)
        .map(
            v ->
                new ConvolutionGeometry(
                    v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12],
                    v[13], v[14]));
  }

  /** Maxima, averages over the whole window, and over its part inside. */
  static Stream<PoolingGeometry> poolings() {
    return Stream.of(POOLINGS)
        .flatMap(
            v ->
                IntStream.range(0, 3)
                    .mapToObj(
                        kind ->
                            new PoolingGeometry(
                                kind == 0, kind == 1, v[0], v[1], v[2], v[3], v[4], v[5], v[6],
                                v[7], v[8], v[9], v[10], v[11])));
  }

  /** The first part of an array, of the shape of another. */
  static INDArrayIndex[] part(INDArray like) {
    return IntStream.range(0, like.rank())
        .mapToObj(d -> NDArrayIndex.interval(0, like.size(d)))
        .toArray(INDArrayIndex[]::new);
  }
}
