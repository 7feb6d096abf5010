package dev.eman.core.nn.kernel.nd4j;

import dev.eman.core.nn.kernel.KernelContractTest;
import org.nd4j.linalg.api.buffer.DataType;

class Nd4jFloatContractTest extends KernelContractTest {
  Nd4jFloatContractTest() {
    super(new Nd4jProvider(), DataType.FLOAT);
  }
}
