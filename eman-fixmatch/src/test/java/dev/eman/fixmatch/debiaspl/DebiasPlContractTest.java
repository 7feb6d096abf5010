package dev.eman.fixmatch.debiaspl;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class DebiasPlContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new DebiasPlProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("threshold", 0.34, "mean_momentum", 0.9, "teacher_momentum", 0.9);
  }
}
