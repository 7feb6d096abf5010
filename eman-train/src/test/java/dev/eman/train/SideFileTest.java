package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SideFileTest {
  @TempDir private Path run;

  private String damage(String content) throws IOException {
    Path file = Files.writeString(run.resolve("evaluation.json"), content);
    String message = assertThrows(EmanException.class, () -> SideFile.read(file, run)).getMessage();
    String begin = file + " is damaged: expected JSON, found: ";
    assertTrue(message.startsWith(begin), message);
    assertTrue(message.endsWith("train --resume " + run + " writes it again"), message);
    return message.substring(begin.length(), message.indexOf(';'));
  }

  @Test
  void read_damaged_saysWhatIsWrongAndWhatToDo() throws IOException {
    assertEquals("an empty file", damage(""));
    assertEquals("Unexpected end-of-input: expected close marker for Array", damage("[1"));
    assertEquals("Unexpected end-of-input in field name", damage("{\"stu"));
  }

  @Test
  void read_soundOrMissing_isTheContent() throws IOException {
    Path file = run.resolve("map.json");
    assertTrue(SideFile.read(file, run).isMissingNode());
    Files.writeString(file, "{\"of\": 1}");
    assertEquals(1, SideFile.read(file, run).path("of").asInt());
  }
}
