package dev.eman.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.eman.core.EmanException;
import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxSession;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/** ONNX Runtime on the CPU, with as many threads as ND4J has. */
public final class OnnxRuntimeEngine implements OnnxEngine {
  private static @Nullable OrtEnvironment environment;

  /** For {@link java.util.ServiceLoader}. */
  public OnnxRuntimeEngine() {}

  @Override
  public String name() {
    return "ONNX Runtime " + environment().getVersion();
  }

  @Override
  public OnnxSession open(byte[] model, String name) {
    return open(name, options -> environment().createSession(model, options));
  }

  @Override
  public OnnxSession open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new EmanException(
          "expected an ONNX model, found "
              + (Files.isDirectory(file) ? "the folder " : "no file ")
              + file);
    }
    return open(file.toString(), options -> environment().createSession(file.toString(), options));
  }

  private interface Opening {
    OrtSession with(SessionOptions options) throws OrtException;
  }

  private static OnnxSession open(String name, Opening opening) {
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(Nd4j.getEnvironment().maxMasterThreads());
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      return new OnnxRuntimeSession(name, opening.with(options));
    } catch (OrtException e) {
      throw new EmanException(name + ": ONNX Runtime cannot open it: " + e.getMessage(), e);
    }
  }

  /** The process's only one; it is not closed. What others set of it later stays. */
  static synchronized OrtEnvironment environment() {
    OrtEnvironment known = environment;
    if (known == null) {
      known = start();
      environment = known;
    }
    return known;
  }

  private static OrtEnvironment start() {
    try {
      OrtEnvironment started =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "eman");
      started.setTelemetry(false); // On by default in its builds for Windows.
      return started;
    } catch (OrtException e) {
      throw new EmanException("ONNX Runtime cannot start: " + e.getMessage(), e);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
      throw new EmanException(
          "ONNX Runtime has no native library that loads on this system ("
              + System.getProperty("os.name")
              + ", "
              + System.getProperty("os.arch")
              + "): "
              + e,
          e);
    }
  }
}
