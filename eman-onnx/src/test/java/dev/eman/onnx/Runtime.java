package dev.eman.onnx;

import dev.eman.core.EmanException;
import dev.eman.weights.onnx.OnnxEngine;
import org.junit.jupiter.api.Assumptions;

/** ONNX Runtime for tests. */
final class Runtime {
  private Runtime() {}

  /** Skips the test where the runtime has no native library. */
  static OnnxEngine engine() {
    try {
      OnnxRuntimeEngine.environment();
    } catch (EmanException e) {
      Assumptions.abort(e.getMessage());
    }
    return OnnxEngine.require("this test", "");
  }
}
