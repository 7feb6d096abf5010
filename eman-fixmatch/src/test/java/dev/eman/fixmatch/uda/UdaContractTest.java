package dev.eman.fixmatch.uda;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class UdaContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new UdaProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("threshold", 0.34, "tsa", "exp", "teacher_momentum", 0.9);
  }
}
