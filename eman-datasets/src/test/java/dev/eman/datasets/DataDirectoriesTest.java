package dev.eman.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.UsageException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoriesTest {
  @ParameterizedTest
  @ValueSource(strings = {"EMAN_DATA", "XDG_CACHE_HOME"})
  void of_variableThatIsNoPath_saysWhy(String variable) {
    Map<String, String> environment = Map.of(variable, "a\0b");
    Path here = Path.of("");
    UsageException e =
        assertThrows(UsageException.class, () -> DataDirectories.of(null, environment, here, here));
    assertEquals("expected a path, got a\0b: Nul character not allowed", e.getMessage());
  }
}
