package dev.eman.core.nn.layer;

import dev.eman.core.nn.NormalizationGroups;
import dev.eman.core.nn.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The groups that a batch is normalised in, and the mean and variance of each, as the forward pass
 * leaves them. With one group every method is one call of the kernel of its name.
 */
final class GroupStatistics {
  private final DataType type;
  private final long channels;
  private final List<INDArray> means = new ArrayList<>();
  private final List<INDArray> variances = new ArrayList<>();

  /** Two vectors for what is summed over groups; none while there has been one group. */
  private final List<INDArray> scratch = new ArrayList<>();

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
    while (groups.count() > 1 && scratch.size() < 2) {
      scratch.add(vector());
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

  /** The images of each group; the array itself where there is one. */
  private INDArray[] images(LayerWorkspaceMgr mgr, INDArray all) {
    if (groups.count() == 1) {
      return new INDArray[] {all};
    }
    return mgr instanceof ActivationPool pool
        ? pool.groups(all, groups.count())
        : ActivationPool.viewsOfGroups(all, groups.count());
  }

  /** {@link Kernels#normalizeWithBatch} of each group. */
  void normalize(
      Kernels kernels,
      LayerWorkspaceMgr mgr,
      INDArray x,
      INDArray gamma,
      INDArray beta,
      double eps,
      double slope,
      INDArray y) {
    INDArray[] xs = images(mgr, x);
    INDArray[] ys = images(mgr, y);
    for (int g = 0; g < groups.count(); g++) {
      kernels.normalizeWithBatch(xs[g], gamma, beta, eps, slope, ys[g], mean(g), variance(g));
    }
  }

  /** What is done to a group with its statistics. */
  interface Work {
    void run(INDArray x, INDArray mean, INDArray variance, INDArray y);
  }

  void forEach(LayerWorkspaceMgr mgr, INDArray x, INDArray y, Work work) {
    INDArray[] xs = images(mgr, x);
    INDArray[] ys = images(mgr, y);
    for (int g = 0; g < groups.count(); g++) {
      work.run(xs[g], mean(g), variance(g), ys[g]);
    }
  }

  /** {@link Kernels#normalizeBackward} of each group; dgamma and dbeta are the groups' sums. */
  void normalizeBackward(
      Kernels kernels,
      LayerWorkspaceMgr mgr,
      INDArray x,
      INDArray dy,
      INDArray gamma,
      INDArray beta,
      double eps,
      double slope,
      INDArray dx,
      INDArray dgamma,
      INDArray dbeta) {
    INDArray[] xs = images(mgr, x);
    INDArray[] dys = images(mgr, dy);
    INDArray[] dxs = images(mgr, dx);
    for (int g = 0; g < groups.count(); g++) {
      INDArray ofGamma = g == 0 ? dgamma : scratch.get(0);
      INDArray ofBeta = g == 0 ? dbeta : scratch.get(1);
      kernels.normalizeBackward(
          xs[g], dys[g], gamma, beta, mean(g), variance(g), eps, slope, dxs[g], ofGamma, ofBeta);
      if (g > 0) {
        GroupSums.addInPlace(dgamma, ofGamma);
        GroupSums.addInPlace(dbeta, ofBeta);
      }
    }
  }

  /** As {@link RunningStatistics#moveInPlace}, once for each group or once for all. */
  boolean moveInPlace(INDArray mean, INDArray variance, double decay, double unbiased) {
    if (!groups.inTurn() && groups.count() > 1) {
      GroupSums.mean(means, groups.count(), scratch.get(0));
      GroupSums.mean(variances, groups.count(), scratch.get(1));
      return RunningStatistics.moveInPlace(
          mean, scratch.get(0), variance, scratch.get(1), decay, unbiased);
    }
    boolean finite = true;
    for (int g = 0; g < groups.count() && finite; g++) {
      finite = RunningStatistics.moveInPlace(mean, mean(g), variance, variance(g), decay, unbiased);
    }
    return finite;
  }
}
