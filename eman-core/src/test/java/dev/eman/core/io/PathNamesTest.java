package dev.eman.core.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.UsageException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PathNamesTest {
  @Test
  void parse_noPath_saysWhy() {
    assertEquals(Path.of("a/b"), PathNames.parse("a/b"));
    UsageException e = assertThrows(UsageException.class, () -> PathNames.parse("a\0b"));
    assertEquals("expected a path, got a\0b: Nul character not allowed", e.getMessage());
  }

  @Test
  void reason_otherLetters_namesTheLocale() {
    assertEquals(
        "Java cannot name it in this locale; set LC_ALL=C.UTF-8",
        PathNames.reason(
            new InvalidPathException(
                "ph\u00fc", "Malformed input or input contains unmappable characters")));
  }

  @Test
  void reason_otherFaultBesideOtherLetters_isThatFault() {
    InvalidPathException e = assertThrows(InvalidPathException.class, () -> Path.of("ph\u00fc\0"));
    assertEquals("Nul character not allowed", PathNames.reason(e));
  }
}
