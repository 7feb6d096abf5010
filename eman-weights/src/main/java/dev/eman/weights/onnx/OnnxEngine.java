package dev.eman.weights.onnx;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.Services;
import dev.eman.core.UsageException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A program that runs ONNX models. A jar on the class path adds it by a public class with a
 * constructor without arguments, named in {@code
 * META-INF/services/dev.eman.weights.onnx.OnnxEngine}; {@code eman-onnx} adds ONNX Runtime.
 */
public interface OnnxEngine {
  /** Its name and version, such as {@code ONNX Runtime 1.23.2}. */
  String name();

  /**
   * Opens a model from a file's content.
   *
   * @param name for messages
   * @throws EmanException if it is no model, or has operations that this engine lacks
   */
  OnnxSession open(byte[] model, String name);

  /**
   * Opens a model; data files beside it are read with it.
   *
   * @throws EmanException if it is missing, no model, or has operations that this engine lacks
   */
  OnnxSession open(Path file);

  /**
   * The engine on the class path; empty if there is none.
   *
   * @throws EmanException if there are several, or it does not load
   */
  static Optional<OnnxEngine> find() {
    ImmutableList<OnnxEngine> found = Services.load(OnnxEngine.class);
    if (found.size() > 1) {
      throw new EmanException(
          "expected one engine for ONNX models on the class path, found "
              + found.stream().map(OnnxEngine::name).toList()
              + "; take all but one of their jars off");
    }
    return found.stream().findFirst();
  }

  /**
   * The engine on the class path.
   *
   * @param what needs it, for the message
   * @param instead what to do without one, for the message; may be empty
   * @throws UsageException if there is none
   */
  static OnnxEngine require(String what, String instead) {
    return find()
        .orElseThrow(
            () ->
                new UsageException(
                    what
                        + " needs ONNX Runtime: expected eman-onnx on the class path, found nothing"
                        + " of its kind; ./eman brings it, or add dev.eman:eman-onnx to the program"
                        + instead));
  }
}
