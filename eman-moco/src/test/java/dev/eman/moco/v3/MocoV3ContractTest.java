package dev.eman.moco.v3;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class MocoV3ContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new MocoV3Provider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("hidden", 16, "dimension", 8, "teacher_momentum", 0.9);
  }
}
