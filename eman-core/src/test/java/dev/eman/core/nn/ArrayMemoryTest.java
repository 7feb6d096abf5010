package dev.eman.core.nn;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.EmanException;
import org.junit.jupiter.api.Test;

class ArrayMemoryTest {
  private static final long MIB = 1 << 20;

  @Test
  void requireRoom_lessThanNeeded_saysExpectedFoundAndWhatToDo() {
    EmanException e =
        assertThrows(
            EmanException.class,
            () -> ArrayMemory.requireRoom(3000 * MIB + 2, 3000 * MIB + 1, "features", "use fewer"));
    assertEquals(
        "features: expected 3,001 MiB of free memory outside of Java's heap, found 3,000; use"
            + " fewer, or use a machine with more memory",
        e.getMessage());
    assertDoesNotThrow(() -> ArrayMemory.requireRoom(MIB, MIB, "features", "use fewer"));
  }

  @Test
  void requireRoom_ofThisMachine_fewBytesAreThereAndExbibytesAreNot() {
    assertDoesNotThrow(() -> ArrayMemory.requireRoom(1, "one byte", ""));
    assertThrows(
        EmanException.class, () -> ArrayMemory.requireRoom(Long.MAX_VALUE, "all bytes", ""));
  }
}
