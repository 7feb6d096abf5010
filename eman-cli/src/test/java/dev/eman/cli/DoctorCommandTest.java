package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @TempDir private Path folder;

  @Test
  void doctor_here_trainsAndNamesEverything() throws IOException {
    MainAccess result = MainAccess.run("doctor", "--json", "--runs=" + folder.resolve("a/b"));
    assertEquals(0, result.exitCode(), result.err());
    JsonNode facts = new ObjectMapper().readTree(result.out());
    assertTrue(facts.path("works").asBoolean());
    StringBuilder names = new StringBuilder();
    facts.path("findings").forEach(one -> names.append(one.path("name").asText()).append(' '));
    assertEquals(
        "java processor load backend threads speed heap memory runs data settings ",
        names.toString());
  }

  @Test
  void doctor_runsOnAFile_failsInWords() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    MainAccess result = MainAccess.run("doctor", "--runs=" + file.resolve("runs"));
    assertEquals(1, result.exitCode(), result.out());
    assertTrue(result.out().contains("FAILED  runs"), result.out());
    assertTrue(result.out().contains("training cannot work as it is"), result.out());
  }
}
