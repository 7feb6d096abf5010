package dev.eman.core.nn;

import java.util.List;

class WideResNetTest extends BackboneContractTest {
  @Override
  protected BackboneProvider provider() {
    return new WideResNetProvider();
  }

  @Override
  protected List<String> backbones() {
    return List.of("wrn-10-1", "wrn-16-2");
  }
}
