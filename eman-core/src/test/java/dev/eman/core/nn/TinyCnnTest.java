package dev.eman.core.nn;

import java.util.List;

class TinyCnnTest extends BackboneContractTest {
  @Override
  protected BackboneProvider provider() {
    return new TinyCnn.Provider();
  }

  @Override
  protected List<String> backbones() {
    return List.of("tiny-cnn");
  }
}
