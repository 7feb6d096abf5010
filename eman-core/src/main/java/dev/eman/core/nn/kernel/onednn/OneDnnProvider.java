package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.nn.kernel.KernelProvider;
import dev.eman.core.nn.kernel.Kernels;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4jBackend;

/** oneDNN, for float32 in the host's memory where its native library loads. */
public final class OneDnnProvider implements KernelProvider {
  /** For {@link java.util.ServiceLoader}. */
  public OneDnnProvider() {}

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public int rank() {
    return 100;
  }

  @Override
  public boolean supports(DataType type, Nd4jBackend backend) {
    return type == DataType.FLOAT && OneDnn.runsOn(backend);
  }

  @Override
  public Kernels kernels(DataType type) {
    return OneDnnKernels.INSTANCE;
  }

  @Override
  public String description() {
    return "oneDNN " + OneDnn.version();
  }
}
