package dev.eman.core.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;

class LoopDoubleContractTest extends KernelContractTest {
  LoopDoubleContractTest() {
    super(new LoopKernelProvider(), DataType.DOUBLE);
  }
}
