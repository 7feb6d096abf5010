package dev.eman.core.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;

class LoopFloatContractTest extends KernelContractTest {
  LoopFloatContractTest() {
    super(new LoopKernelProvider(), DataType.FLOAT);
  }
}
