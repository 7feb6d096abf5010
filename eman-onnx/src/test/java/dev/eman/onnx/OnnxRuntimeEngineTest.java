package dev.eman.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtEnvironment;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class OnnxRuntimeEngineTest {
  private static final class Records extends Handler {
    private final List<String> messages = new ArrayList<>();

    @Override
    public void publish(LogRecord logged) {
      messages.add(logged.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /** ONNX Runtime warns whoever asks for its environment under another name than it has. */
  @Test
  void environment_ofAProgramThatHasNamedIt_isAskedForOnce() throws ReflectiveOperationException {
    Runtime.engine();
    Field name = OrtEnvironment.class.getDeclaredField("curLoggingName");
    name.setAccessible(true);
    Object before = name.get(null);
    Logger logger = Logger.getLogger(OrtEnvironment.class.getName());
    Records records = new Records();
    logger.addHandler(records);
    name.set(null, "of the program");
    try {
      OnnxRuntimeEngine.environment();
    } finally {
      name.set(null, before);
      logger.removeHandler(records);
    }
    assertEquals(List.of(), records.messages);
  }
}
