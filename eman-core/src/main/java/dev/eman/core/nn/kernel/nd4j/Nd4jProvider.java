package dev.eman.core.nn.kernel.nd4j;

import dev.eman.core.nn.kernel.KernelProvider;
import dev.eman.core.nn.kernel.Kernels;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4jBackend;

/** ND4J's operations, for every floating type on every backend. */
public final class Nd4jProvider implements KernelProvider {
  /** For {@link java.util.ServiceLoader}. */
  public Nd4jProvider() {}

  @Override
  public String name() {
    return "nd4j";
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public boolean supports(DataType type, Nd4jBackend backend) {
    return type.isFPType();
  }

  @Override
  public Kernels kernels(DataType type) {
    return Nd4jKernels.INSTANCE;
  }

  @Override
  public String description() {
    return "ND4J's operations";
  }
}
