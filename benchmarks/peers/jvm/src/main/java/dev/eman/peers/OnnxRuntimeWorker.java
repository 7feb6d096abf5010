package dev.eman.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * ONNX Runtime's side of {@code eman bench step}, with all of its optimisations: {@code infer N},
 * {@code logits}, {@code rss}.
 */
final class OnnxRuntimeWorker {
  private OnnxRuntimeWorker() {}

  /** Arguments: the folder of a {@link Task}, threads. */
  public static void main(String[] args) throws Exception {
    Task task = new Task(Path.of(args[0]));
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(Integer.parseInt(args[1]));
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      try (OrtSession session = environment.createSession(task.onnx().toString(), options);
          OnnxTensor images = OnnxTensor.createTensor(environment, task.images(), task.shape())) {
        Map<String, OnnxTensor> inputs = Map.of("images", images);
        Answers.serve(
            "onnxruntime",
            Map.of(
                "infer",
                Answers.timing(() -> session.run(inputs).close()),
                "logits",
                argument -> logits(session, inputs)));
      }
    }
  }

  private static String logits(OrtSession session, Map<String, OnnxTensor> inputs)
      throws OrtException {
    try (OrtSession.Result result = session.run(inputs)) {
      FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[logits.remaining()];
      logits.get(values);
      return Answers.numbers(values);
    }
  }
}
