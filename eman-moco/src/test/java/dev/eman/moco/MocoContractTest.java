package dev.eman.moco;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class MocoContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new MocoProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("queue", 19, "dimension", 8, "teacher_momentum", 0.9);
  }
}
