package dev.eman.moco.ressl;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class ResslContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new ResslProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("queue", 19, "hidden", 16, "dimension", 8, "teacher_momentum", 0.9);
  }
}
