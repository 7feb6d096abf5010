package dev.eman.core.nn.kernel.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * ND4J's operations pad both sides alike; other padding is made explicit by a padded copy, of which
 * only the inner part is read back.
 */
final class Nd4jPadding {
  private Nd4jPadding() {}

  static INDArray padded(INDArray x, double value, int top, int left, int bottom, int right) {
    INDArray out =
        Nd4j.valueArrayOf(
            new long[] {x.size(0), x.size(1), x.size(2) + top + bottom, x.size(3) + left + right},
            value,
            x.dataType());
    inner(out, x, top, left).assign(x);
    return out;
  }

  static INDArray inner(INDArray padded, INDArray like, int top, int left) {
    return padded.get(
        NDArrayIndex.all(),
        NDArrayIndex.all(),
        NDArrayIndex.interval(top, top + like.size(2)),
        NDArrayIndex.interval(left, left + like.size(3)));
  }
}
