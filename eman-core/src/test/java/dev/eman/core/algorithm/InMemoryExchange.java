package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import dev.eman.core.EmanException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * An exchange between threads of one JVM. Takes what is announced when it is announced, so that a
 * region which is not final then spoils the sum.
 */
public final class InMemoryExchange implements StepExchange {
  private static final class Group {
    final @Nullable PartialStep[] arrived;
    List<List<Long>> regions = new ArrayList<>();
    @Nullable PartialStep whole;
    int left;
    @Nullable String over;

    Group(int size) {
      arrived = new PartialStep[size];
    }
  }

  private final Group group;
  private final int rank;
  private @Nullable INDArray gradient;
  private @Nullable INDArray announced;
  private long from;
  private List<Long> regions = new ArrayList<>();

  private InMemoryExchange(Group group, int rank) {
    this.group = group;
    this.rank = rank;
  }

  /** One exchange for each of so many workers. */
  public static List<InMemoryExchange> group(int size) {
    Group group = new Group(size);
    List<InMemoryExchange> all = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      all.add(new InMemoryExchange(group, rank));
    }
    return all;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return group.arrived.length;
  }

  /** Where the regions of the last sum began, those of {@link #ready} alone. */
  public List<Long> regions() {
    return regions;
  }

  @Override
  public void begin(INDArray gradient) {
    checkState(this.gradient == null, "begin: expected finish first");
    checkArgument(gradient.length() > 0 && gradient.rank() == 1, "gradient: expected [n]");
    this.gradient = gradient;
    announced = Nd4j.valueArrayOf(gradient.shape(), Double.NaN, gradient.dataType());
    from = gradient.length();
    regions = new ArrayList<>();
  }

  @Override
  public void ready(long from, long to) {
    checkArgument(to == this.from && from >= 0 && from < to, "region %s to %s", from, to);
    take(from);
    regions.add(from);
  }

  private void take(long start) {
    if (gradient == null || announced == null) {
      throw new IllegalStateException("expected begin first");
    }
    if (start < from) {
      INDArray region = gradient.get(NDArrayIndex.interval(start, from));
      announced.get(NDArrayIndex.interval(start, from)).assign(region);
      region.assign(Double.NaN); // It is not the caller's any more.
      from = start;
    }
  }

  @Override
  public PartialStep finish(PartialStep own) {
    take(0);
    INDArray result = gradient;
    INDArray sent = announced;
    checkState(result != null && sent != null && own.gradient() == result, "expected begin first");
    PartialStep whole;
    synchronized (group) {
      await(() -> group.left == 0); // All have left the sum before.
      group.arrived[rank] = own.withGradient(sent);
      group.regions.add(regions);
      if (group.regions.size() == size()) {
        group.whole = sum();
        group.left = size();
        group.regions = new ArrayList<>();
      }
      group.notifyAll();
      await(() -> group.left > 0);
      whole = requireNonNull(group.whole);
      group.left--;
      group.notifyAll();
    }
    result.assign(whole.gradient());
    gradient = null;
    return whole.withGradient(result);
  }

  private PartialStep sum() {
    PartialStep sum = null;
    for (PartialStep next : group.arrived) {
      sum = sum == null ? next : sum.plus(requireNonNull(next));
    }
    checkState(group.regions.stream().distinct().count() == 1, "regions: %s", group.regions);
    return requireNonNull(sum);
  }

  private void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (group.over != null) {
        throw new EmanException(group.over);
      }
      try {
        group.wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EmanException("interrupted", e);
      }
    }
  }

  @Override
  public void abort(String reason) {
    end("worker " + rank + " has failed: " + reason);
  }

  @Override
  public void close() {
    end("worker " + rank + " has left");
  }

  private void end(String why) {
    synchronized (group) {
      if (group.over == null) {
        group.over = why;
      }
      group.notifyAll();
    }
  }
}
