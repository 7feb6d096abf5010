package dev.eman.core.nn;

import dev.eman.core.nn.kernel.onednn.OneDnn;
import java.util.concurrent.atomic.AtomicBoolean;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which ND4J backend is loaded, and whether the fast kernels are in reach. */
public final class Backend {
  private static final Logger LOG = LoggerFactory.getLogger(Backend.class);
  private static final AtomicBoolean LOGGED = new AtomicBoolean();

  private Backend() {}

  /** One line: the backend, oneDNN in the layers and in ND4J, the threads. */
  public static String describe() {
    boolean cpu = Nd4j.getEnvironment().isCPU();
    StringBuilder line = new StringBuilder("backend ");
    line.append(Nd4j.getBackend().getClass().getSimpleName());
    if (cpu) {
      line.append(", layers on ")
          .append(OneDnn.isAvailable() ? "oneDNN " + OneDnn.version() : "ND4J's operations")
          .append(", ND4J ")
          .append(nd4jHasOneDnn() ? "with" : "without")
          .append(" oneDNN, ")
          .append(Nd4j.getEnvironment().maxMasterThreads())
          .append(" threads");
    }
    return line.toString();
  }

  /** Whether the layers reach oneDNN's own API: CPU backend, and its native library loads. */
  public static boolean layersReachOneDnn() {
    return OneDnn.isAvailable();
  }

  private static boolean nd4jHasOneDnn() {
    return Nd4j.getBackend().buildInfo().contains("HAVE_ONEDNN");
  }

  /**
   * Logs {@link #describe()} once per process, and a warning where oneDNN is missing on the CPU.
   */
  public static void logOnce() {
    if (!LOGGED.compareAndSet(false, true)) {
      return;
    }
    LOG.info(describe());
    if (Nd4j.getEnvironment().isCPU() && !OneDnn.isAvailable()) {
      LOG.warn(
          "\n*** oneDNN is missing: training will be several times slower than it could be.\n"
              + "*** Put eman-backend on the class path (or org.bytedeco:dnnl and"
              + " org.bytedeco:opencl with your system's classifier).");
    } else if (Nd4j.getEnvironment().isCPU() && !nd4jHasOneDnn()) {
      LOG.warn(
          "\n*** ND4J's native was built without oneDNN: DL4J's own layers will be slow.\n"
              + "*** Use the -onednn classifier of nd4j-native, and exclude the plain one.");
    }
  }
}
