package dev.eman.core.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * A provider as another jar brings it. Its rank is the lowest, so that other tests never meet it,
 * unless the system property {@value #RANK} says otherwise.
 */
public final class LoopKernelProvider implements KernelProvider {
  static final String RANK = "eman.test.loops.rank";

  /** For {@link java.util.ServiceLoader}. */
  public LoopKernelProvider() {}

  @Override
  public String name() {
    return "loops";
  }

  @Override
  public int rank() {
    return Integer.getInteger(RANK, Integer.MIN_VALUE);
  }

  @Override
  public boolean supports(DataType type, Nd4jBackend backend) {
    return type == DataType.FLOAT || type == DataType.DOUBLE;
  }

  @Override
  public Kernels kernels(DataType type) {
    return LoopKernels.INSTANCE;
  }
}
