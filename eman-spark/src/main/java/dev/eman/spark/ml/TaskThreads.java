package dev.eman.spark.ml;

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
final class TaskThreads {
  private TaskThreads() {}

  /** Runs native code with as many threads as the task has processors (spark.task.cpus). */
  static <T> T within(Supplier<T> work) {
    @Nullable TaskContext task = TaskContext.get();
    Nd4j.getBackend(); // Loads the library.
    NativeOps omp = NativeOpsHolder.getInstance().getDeviceNativeOps();
    int before = omp.ompGetMaxThreads();
    int processors = task == null ? before : task.cpus();
    if (processors == before) {
      return work.get();
    }
    omp.setOmpNumThreads(processors);
    try {
      return work.get();
    } finally {
      omp.setOmpNumThreads(before);
    }
  }
}
