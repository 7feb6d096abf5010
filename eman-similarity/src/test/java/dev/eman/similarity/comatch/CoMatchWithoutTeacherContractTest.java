package dev.eman.similarity.comatch;

import java.util.HashMap;
import java.util.Map;

/** As published. */
class CoMatchWithoutTeacherContractTest extends CoMatchContractTest {
  @Override
  protected Map<String, Object> options() {
    Map<String, Object> options = new HashMap<>(super.options());
    options.put("teacher", "none");
    return options;
  }
}
