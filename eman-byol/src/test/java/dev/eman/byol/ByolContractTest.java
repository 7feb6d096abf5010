package dev.eman.byol;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class ByolContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new ByolProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("hidden", 16, "dimension", 8);
  }
}
