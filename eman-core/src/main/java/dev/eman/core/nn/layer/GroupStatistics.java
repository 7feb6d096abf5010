package dev.eman.core.nn.layer;

import dev.eman.core.nn.NormalizationGroups;
import dev.eman.core.nn.kernel.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The groups that a batch is normalised in, and the mean and variance of each, as the forward pass
 * leaves them. With one group every method is one call of the kernel of its name.
 */
final class GroupStatistics {
  private final DataType type;
  private final long channels;
  private final List<INDArray> means = new ArrayList<>();
  private final List<INDArray> variances = new ArrayList<>();
  private NormalizationGroups groups = NormalizationGroups.WHOLE;

  GroupStatistics(DataType type, long channels) {
    this.type = type;
    this.channels = channels;
  }

  void begin(NormalizationGroups ofBatch) {
    groups = ofBatch;
    while (means.size() < groups.count()) {
      means.add(vector());
      variances.add(vector());
    }
  }

  /** Of the layer's own, outside of all workspaces. */
  @SuppressWarnings("try") // the resource is a scope
  private INDArray vector() {
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return Nd4j.createUninitialized(type, channels);
    }
  }

  int count() {
    return groups.count();
  }

  /** {@code [C]}; mutated by kernels. */
  INDArray mean(int group) {
    return means.get(group);
  }

  /** {@code [C]}, biased; mutated by kernels. */
  INDArray variance(int group) {
    return variances.get(group);
  }

  /** A view of a group's images; the array itself where there is one group. */
  private INDArray images(INDArray all, int group) {
    if (groups.count() == 1) {
      return all;
    }
    long size = all.size(0) / groups.count();
    INDArrayIndex[] where = new INDArrayIndex[all.rank()];
    Arrays.fill(where, NDArrayIndex.all());
    where[0] = NDArrayIndex.interval(group * size, (group + 1) * size);
    return all.get(where);
  }

  /** {@link Kernels#normalizeWithBatch} of each group. */
  void normalize(
      Kernels kernels,
      INDArray x,
      INDArray gamma,
      INDArray beta,
      double eps,
      double slope,
      INDArray y) {
    for (int g = 0; g < groups.count(); g++) {
      kernels.normalizeWithBatch(
          images(x, g), gamma, beta, eps, slope, images(y, g), mean(g), variance(g));
    }
  }

  /** What is done to a group with its statistics. */
  interface Work {
    void run(INDArray x, INDArray mean, INDArray variance, INDArray y);
  }

  void forEach(INDArray x, INDArray y, Work work) {
    for (int g = 0; g < groups.count(); g++) {
      work.run(images(x, g), mean(g), variance(g), images(y, g));
    }
  }

  /** {@link Kernels#normalizeBackward} of each group; dgamma and dbeta are the groups' sums. */
  void normalizeBackward(
      Kernels kernels,
      INDArray x,
      INDArray dy,
      INDArray gamma,
      INDArray beta,
      double eps,
      double slope,
      INDArray dx,
      INDArray dgamma,
      INDArray dbeta) {
    for (int g = 0; g < groups.count(); g++) {
      INDArray ofGamma = g == 0 ? dgamma : vector();
      INDArray ofBeta = g == 0 ? dbeta : vector();
      kernels.normalizeBackward(
          images(x, g),
          images(dy, g),
          gamma,
          beta,
          mean(g),
          variance(g),
          eps,
          slope,
          images(dx, g),
          ofGamma,
          ofBeta);
      if (g > 0) {
        dgamma.addi(ofGamma);
        dbeta.addi(ofBeta);
      }
    }
  }

  /** As {@link RunningStatistics#moveInPlace}, once for each group or once for all. */
  boolean moveInPlace(INDArray mean, INDArray variance, double decay, double unbiased) {
    if (!groups.inTurn() && groups.count() > 1) {
      return RunningStatistics.moveInPlace(
          mean, average(means), variance, average(variances), decay, unbiased);
    }
    boolean finite = true;
    for (int g = 0; g < groups.count() && finite; g++) {
      finite = RunningStatistics.moveInPlace(mean, mean(g), variance, variance(g), decay, unbiased);
    }
    return finite;
  }

  private INDArray average(List<INDArray> vectors) {
    INDArray sum = vectors.get(0).dup();
    for (int g = 1; g < groups.count(); g++) {
      sum.addi(vectors.get(g));
    }
    return sum.divi(groups.count());
  }
}
