package dev.eman.core.nn;

import org.deeplearning4j.nn.weights.IWeightInit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.random.impl.GaussianDistribution;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Normal weights of mean 0 and deviation sqrt(2 / fan-out) (He et al. 2015), as the torchvision
 * networks and FixMatch's start from; DL4J's RELU initialisation uses the fan-in.
 */
public final class KaimingNormal implements IWeightInit {
  private static final long serialVersionUID = 1L;

  @Override
  public INDArray init(double fanIn, double fanOut, long[] shape, char order, INDArray paramView) {
    Nd4j.exec(new GaussianDistribution(paramView, 0.0, Math.sqrt(2 / fanOut)));
    return paramView.reshape(order, shape);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof KaimingNormal;
  }

  @Override
  public int hashCode() {
    return KaimingNormal.class.hashCode();
  }
}
