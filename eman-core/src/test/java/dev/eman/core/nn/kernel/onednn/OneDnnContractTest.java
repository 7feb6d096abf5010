package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.nn.kernel.KernelContractTest;
import org.nd4j.linalg.api.buffer.DataType;

class OneDnnContractTest extends KernelContractTest {
  OneDnnContractTest() {
    super(new OneDnnProvider(), DataType.FLOAT);
  }
}
