package dev.eman.similarity.simmatch;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class SimMatchContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new SimMatchProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of(
        "threshold", 0.34, "dimension", 8, "alignment_window", 2, "teacher_momentum", 0.9);
  }
}
