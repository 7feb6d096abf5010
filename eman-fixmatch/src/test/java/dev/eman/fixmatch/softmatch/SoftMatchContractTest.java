package dev.eman.fixmatch.softmatch;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class SoftMatchContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new SoftMatchProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("mean_momentum", 0.9, "alignment", "labeled", "teacher_momentum", 0.9);
  }
}
