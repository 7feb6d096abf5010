package dev.eman.core.algorithm;

class AdaptiveThresholdContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new AdaptiveThresholdProvider();
  }
}
