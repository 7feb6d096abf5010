package dev.eman.benchmarks.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class AnswersTest {
  private final AtomicInteger runs = new AtomicInteger();

  private List<String> serve(String input) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Answers.serve(
        "test",
        Map.of(
            "step",
            Answers.timing(runs::incrementAndGet),
            "echo",
            argument -> "<" + argument + ">"),
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void serve_commands_oneLineEachUntilQuit() throws IOException {
    List<String> lines = serve("step 3\necho a b\necho\nquit\nstep 5\n");
    assertEquals(4, lines.size());
    assertEquals("ready test", lines.get(0));
    assertEquals(3, lines.get(1).split(" ").length);
    assertTrue(Double.parseDouble(lines.get(1).split(" ")[2]) >= 0);
    assertEquals("<a b>", lines.get(2));
    assertEquals("<>", lines.get(3));
    assertEquals(3, runs.get());
  }

  @Test
  void serve_unknownCommand_failsAndNamesTheKnownOnes() {
    IOException e = assertThrows(IOException.class, () -> serve("stop 1\n"));
    assertTrue(e.getMessage().contains("step") && e.getMessage().contains("stop 1"));
  }

  @Test
  void numbers_floats_comeBackToTheBit() {
    assertEquals(0.1f, Float.parseFloat(Answers.numbers(0.1f)));
    assertEquals(1 / 3f, Float.parseFloat(Answers.numbers(1 / 3f).split(" ")[0]));
  }
}
