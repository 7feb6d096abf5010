package dev.eman.moco.internal;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.algorithm.StepContext;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.option.IntegerOption;
import dev.eman.core.option.OptionSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * MoCo's shuffling of batches over devices (He et al. 2020, section 3.3), on one: the student
 * normalises its views in groups, in their order, and a teacher that normalises with its batch does
 * so in groups of a shuffled order, so that an image's key is not normalised with the same images
 * as its query. The order is a function of seed, step and pass. Nothing is shuffled for a teacher
 * whose outputs depend on one image alone.
 */
public final class ShuffledGroups {
  private final int groups;
  private final long seed;

  /**
   * So many groups.
   *
   * @param groups at least 1; 1 for the whole batch, in its order
   * @param seed of the orders
   */
  public ShuffledGroups(int groups, long seed) {
    check(groups);
    this.groups = groups;
    this.seed = seed;
  }

  /** The option {@code shuffle_groups}. */
  public static IntegerOption option() {
    return OptionSpec.integer("shuffle_groups", 1)
        .between(1, Integer.MAX_VALUE)
        .describedAs(
            "groups that the student, and after shuffling an ema teacher, normalise apart, as"
                + " devices do");
  }

  /** Whether it is a number of groups at all. */
  public static void check(int groups) {
    checkArgument(groups > 0, "shuffle_groups: expected at least 1, got %s", groups);
  }

  /**
   * Whether a batch divides into groups.
   *
   * @throws IllegalArgumentException if it does not
   */
  public static void checkDivides(int groups, long images) {
    checkArgument(
        images % groups == 0,
        "shuffle_groups: expected a divisor of the %s images of a batch, got %s",
        images,
        groups);
  }

  /** The student's embeddings {@code [N, D]} of a view. */
  public INDArray student(StepContext context, INDArray images) {
    return context.studentInGroups(groups, images)[0];
  }

  /** The teacher's embeddings {@code [N, D]} of a view, in the view's order. */
  public INDArray teacher(StepContext context, INDArray images) {
    if (groups == 1 || context.teacherStatistics() != TeacherStatistics.BATCH) {
      return context.teacher(images)[0];
    }
    int[] order = order(context.step(), context.pass(), (int) images.size(0));
    int size = order.length / groups;
    // ND4J 1.0.0-M2.1 takes later images of some views for an empty array.
    INDArray all = image(images, order.length - 1).isEmpty() ? images.dup('c') : images;
    List<INDArray> found = new ArrayList<>();
    for (int from = 0; from < order.length; from += size) {
      int[] group = Arrays.copyOfRange(order, from, from + size);
      found.add(context.teacher(gather(all, group))[0]);
    }
    INDArray shuffled = Nd4j.vstack(found);
    INDArray inOrder = shuffled.ulike();
    for (int i = 0; i < order.length; i++) {
      inOrder.putRow(order[i], shuffled.getRow(i));
    }
    return inOrder;
  }

  /**
   * Whose turn it is at each place of the shuffled batch.
   *
   * @return a permutation of 0 to images - 1
   */
  int[] order(long step, int pass, int images) {
    int[] order = new int[images];
    Arrays.setAll(order, i -> i);
    // Two mixings, so that neighbouring steps of neighbouring seeds differ.
    long ofStep = new SplittableRandom(seed).nextLong() + 2 * step + pass;
    SplittableRandom random = new SplittableRandom(ofStep);
    for (int i = images - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }

  private static INDArray gather(INDArray images, int[] which) {
    long[] shape = images.shape().clone();
    shape[0] = which.length;
    INDArray chosen = Nd4j.createUninitialized(images.dataType(), shape, 'c');
    for (int i = 0; i < which.length; i++) {
      image(chosen, i).assign(image(images, which[i]));
    }
    return chosen;
  }

  private static INDArray image(INDArray all, int index) {
    INDArrayIndex[] where = new INDArrayIndex[all.rank()];
    Arrays.fill(where, NDArrayIndex.all());
    where[0] = NDArrayIndex.interval(index, index + 1);
    return all.get(where);
  }
}
