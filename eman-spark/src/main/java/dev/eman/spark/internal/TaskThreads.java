package dev.eman.spark.internal;

import dev.eman.datasets.pipeline.LoaderThreads;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Keeps a task to the processors that Spark gave it. OpenMP's number of threads belongs to the
 * thread that asks for them, so tasks and the driver do not disturb one another.
 */
public final class TaskThreads {
  private TaskThreads() {}

  /**
   * Runs native code with as many threads as the task has processors (spark.task.cpus), and loads
   * batches with half as many, unless a run's options have a number.
   */
  public static <T> T within(Supplier<T> work) {
    @Nullable TaskContext task = TaskContext.get();
    return task == null
        ? work.get()
        : LoaderThreads.within(task.cpus(), () -> within(task.cpus(), work));
  }

  /** Runs native code with this many threads. */
  public static <T> T within(int threads, Supplier<T> work) {
    Nd4j.getBackend(); // Loads the library.
    NativeOps omp = NativeOpsHolder.getInstance().getDeviceNativeOps();
    int before = omp.ompGetMaxThreads();
    if (threads == before) {
      return work.get();
    }
    omp.setOmpNumThreads(threads);
    try {
      return work.get();
    } finally {
      omp.setOmpNumThreads(before);
    }
  }
}
