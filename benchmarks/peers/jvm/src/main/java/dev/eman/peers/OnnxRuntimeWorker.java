package dev.eman.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
          OnnxTensor images = OnnxTensor.createTensor(environment, images(task), task.shape())) {
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

  private static FloatBuffer images(Task task) throws IOException {
    int left = 1;
    for (long size : task.shape()) {
      left *= (int) size;
    }
    FloatBuffer images =
        ByteBuffer.allocateDirect(left * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    float[] piece = new float[FloatFile.PIECE];
    try (FloatFile file = task.images()) {
      while (images.hasRemaining()) {
        int count = Math.min(images.remaining(), piece.length);
        file.next(piece, count);
        images.put(piece, 0, count);
      }
    }
    return images.flip();
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
