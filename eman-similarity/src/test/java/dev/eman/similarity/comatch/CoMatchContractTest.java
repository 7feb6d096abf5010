package dev.eman.similarity.comatch;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;
import java.util.Map;

class CoMatchContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new CoMatchProvider();
  }

  @Override
  protected Map<String, Object> options() {
    return Map.of(
        "threshold",
        0.34,
        "dimension",
        8,
        "alignment_window",
        2,
        "queue",
        19,
        "edge_threshold",
        0.3,
        "teacher_momentum",
        0.9);
  }
}
