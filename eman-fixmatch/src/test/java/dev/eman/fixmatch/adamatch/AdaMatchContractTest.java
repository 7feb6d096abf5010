package dev.eman.fixmatch.adamatch;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class AdaMatchContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new AdaMatchProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("threshold", 0.9, "interpolation", true, "teacher_momentum", 0.9);
  }
}
