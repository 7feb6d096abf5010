package dev.eman.fixmatch;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class FixMatchContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new FixMatchProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("threshold", 0.34, "teacher_momentum", 0.9);
  }
}
