package dev.eman.fixmatch.flexmatch;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class FlexMatchContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new FlexMatchProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of("threshold", 0.36, "teacher_momentum", 0.9);
  }
}
