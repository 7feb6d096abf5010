package dev.eman.spark;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** How many threads native code uses for one task. */
final class TaskThreads {
  private TaskThreads() {}

  /**
   * Sets the number for the calling thread: each Java thread has a team of its own, and two tasks
   * that took all cores would take twice as many.
   *
   * @param count of a task's cores, {@code spark.task.cpus}
   */
  static void use(int count) {
    Nd4j.getExecutioner(); // Loads the backend; the next line alone does not find it.
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(count);
  }
}
