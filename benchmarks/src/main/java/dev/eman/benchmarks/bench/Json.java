package dev.eman.benchmarks.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.core.EmanException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Results as JSON. */
final class Json {
  private Json() {}

  /** One object on one line. */
  static String line(Map<String, @Nullable Object> values) {
    try {
      return new ObjectMapper().writeValueAsString(values);
    } catch (JsonProcessingException e) {
      throw new EmanException("cannot write JSON: " + e.getMessage(), e);
    }
  }
}
