package dev.eman.meanteacher;

import dev.eman.core.algorithm.AlgorithmContractTest;
import dev.eman.core.algorithm.AlgorithmProvider;

class MeanTeacherContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new MeanTeacherProvider();
  }
}
