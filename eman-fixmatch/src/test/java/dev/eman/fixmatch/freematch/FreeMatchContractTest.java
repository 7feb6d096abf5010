package dev.eman.fixmatch.freematch;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class FreeMatchContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new FreeMatchProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("threshold_momentum", 0.9, "teacher_momentum", 0.9);
  }
}
