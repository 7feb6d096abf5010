package dev.eman.onnx;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxSession;
import java.nio.file.Path;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An engine whose outputs are off by a little. */
record Shifted(OnnxEngine engine, double by) implements OnnxEngine {
  @Override
  public String name() {
    return "wrong engine";
  }

  @Override
  public OnnxSession open(byte[] model, String name) {
    return shifted(engine.open(model, name));
  }

  @Override
  public OnnxSession open(Path file) {
    return shifted(engine.open(file));
  }

  private OnnxSession shifted(OnnxSession session) {
    return new OnnxSession() {
      @Override
      public ImmutableList<Value> inputs() {
        return session.inputs();
      }

      @Override
      public ImmutableList<Value> outputs() {
        return session.outputs();
      }

      @Override
      public ImmutableMap<String, String> metadata() {
        return session.metadata();
      }

      @Override
      public INDArray run(String input, INDArray values, String output) {
        return session.run(input, values, output).addi(by);
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }
}
