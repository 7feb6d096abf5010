package dev.eman.core.nn;

import dev.eman.core.nn.kernel.KernelProviders;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.kernel.nd4j.Nd4jKernels;
import dev.eman.core.nn.kernel.onednn.OneDnnKernels;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which ND4J backend is loaded, and whether the fast kernels are available. */
public final class Backend {
  private static final Logger LOG = LoggerFactory.getLogger(Backend.class);
  private static final AtomicBoolean LOGGED = new AtomicBoolean();

  private Backend() {}

  /**
   * Checks the numbers of threads that ND4J takes from the environment, such as {@code
   * OMP_NUM_THREADS}. Networks of this library check them when they are made; a program that uses
   * ND4J before should call this first.
   *
   * @throws dev.eman.core.UsageException for one that ND4J cannot use: with 0 it would compute
   *     arbitrary sums
   */
  public static void checkThreads() {
    NativeThreads.check(System::getenv);
  }

  /**
   * Keeps ND4J on the CPU to the processors that this process may use (a container's, a batch
   * job's), where the environment says no number of threads: left alone, ND4J takes all cores of
   * the machine. Loads ND4J. Holds for the calling thread and, where the system shows it by the
   * process's affinity, for others. Networks of this library do so when they are made.
   */
  public static void limitThreads() {
    checkThreads();
    NativeThreads.limit();
  }

  /** One line: the backend, the layers' kernels for float32, oneDNN in ND4J, the threads. */
  public static String describe() {
    limitThreads();
    boolean cpu = Nd4j.getEnvironment().isCPU();
    StringBuilder line = new StringBuilder("backend ");
    line.append(Nd4j.getBackend().getClass().getSimpleName())
        .append(", layers on ")
        .append(KernelProviders.chosen(DataType.FLOAT).description());
    if (cpu) {
      int threads = Nd4j.getEnvironment().maxMasterThreads();
      line.append(", ND4J ")
          .append(nd4jHasOneDnn() ? "with" : "without")
          .append(" oneDNN, ")
          .append(threads)
          .append(threads == 1 ? " thread" : " threads");
    }
    return line.toString();
  }

  /** Whether float32 layers run on oneDNN's own API: see {@link KernelProviders#chosen}. */
  public static boolean layersReachOneDnn() {
    return Kernels.of(DataType.FLOAT) instanceof OneDnnKernels;
  }

  private static boolean nd4jHasOneDnn() {
    return Nd4j.getBackend().buildInfo().contains("HAVE_ONEDNN");
  }

  /**
   * Logs {@link #describe()} once per process, and a warning where oneDNN is missing on the CPU.
   */
  public static void logOnce() {
    limitThreads();
    if (!LOGGED.compareAndSet(false, true)) {
      return;
    }
    LOG.info(describe());
    boolean cpu = Nd4j.getEnvironment().isCPU();
    boolean slow = Kernels.of(DataType.FLOAT) instanceof Nd4jKernels;
    if (cpu && slow && KernelProviders.requested().isEmpty()) {
      LOG.warn(
          "\n*** oneDNN is missing: training will be several times slower than it could be.\n"
              + "*** Put eman-backend on the class path (or org.bytedeco:dnnl and"
              + " org.bytedeco:opencl with your system's classifier).");
    } else if (cpu && !nd4jHasOneDnn()) {
      LOG.warn(
          "\n*** ND4J's native was built without oneDNN: DL4J's own layers will be slow.\n"
              + "*** Use the -onednn classifier of nd4j-native, and exclude the plain one.");
    }
  }
}
