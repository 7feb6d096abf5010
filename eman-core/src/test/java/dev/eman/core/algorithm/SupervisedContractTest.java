package dev.eman.core.algorithm;

class SupervisedContractTest extends AlgorithmContractTest {
  @Override
  protected AlgorithmProvider provider() {
    return new SupervisedProvider();
  }
}
