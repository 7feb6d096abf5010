package dev.eman.core.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeThreadsTest {
  @Test
  void check_numbersOrNothing_areAccepted() {
    NativeThreads.check(name -> null);
    NativeThreads.check(name -> "");
    NativeThreads.check(Map.of("OMP_NUM_THREADS", "1", "SD_MAX_THREADS", "1024")::get);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-3", "2,1", " 2", " ", "two", "1025", "99999999999", "\u0663"})
  void check_whatNd4jCannotUse_isRefusedByName(String value) {
    for (String name : new String[] {"OMP_NUM_THREADS", "SD_MAX_THREADS", "SD_MASTER_THREADS"}) {
      UsageException e =
          assertThrows(
              UsageException.class, () -> NativeThreads.check(Map.of(name, value)::get), value);
      String start = name + ": expected a number of threads from 1 to 1024, got ";
      assertTrue(String.valueOf(e.getMessage()).startsWith(start), e::toString);
    }
  }

  @Test
  void check_zero_saysWhatToDo() {
    UsageException e =
        assertThrows(
            UsageException.class, () -> NativeThreads.check(Map.of("OMP_NUM_THREADS", "0")::get));
    assertEquals(
        "OMP_NUM_THREADS: expected a number of threads from 1 to 1024, got 0; set it to one, such"
            + " as 2, or remove it from the environment",
        e.getMessage());
  }
}
