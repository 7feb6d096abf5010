package dev.eman.core.nn;

import java.util.List;

class ResNetTest extends BackboneContractTest {
  @Override
  protected BackboneProvider provider() {
    return new ResNetProvider();
  }

  @Override
  protected List<String> backbones() {
    return List.of("resnet8-w4", "resnet18");
  }
}
