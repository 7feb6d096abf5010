package dev.eman.core.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CommandLinesTest {
  @Test
  void eman_plainWords_areAsTheyAre() {
    assertEquals(
        "eman train --resume runs/a-s0",
        CommandLines.eman("train", "--resume", Path.of("runs/a-s0")));
  }

  @Test
  void quote_whatAShellWouldSplitOrExpand_isQuoted() {
    assertEquals("'my run'", CommandLines.quote("my run"));
    assertEquals("'a$b'", CommandLines.quote("a$b"));
    assertEquals("'it'\\''s'", CommandLines.quote("it's"));
    assertEquals("''", CommandLines.quote(""));
    assertEquals("'~x'", CommandLines.quote("~x"));
  }
}
