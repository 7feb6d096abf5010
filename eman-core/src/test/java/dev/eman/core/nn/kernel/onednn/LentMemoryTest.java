package dev.eman.core.nn.kernel.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.internal.NativeBuffer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What was freed to make room is not lent again, also where the room cannot be had. */
class LentMemoryTest {
  /** More than a process can address. */
  private static final long TOO_MANY = 1L << 60;

  private static final long BYTES = 64;

  @Test
  void get_moreThanThereIs_freedMemoryIsNotLentAgain() {
    LentArray lent = new LentArray();
    INDArray freed = lent.get(BYTES);
    assertSame(freed, lent.get(1));
    assertThrows(OutOfMemoryError.class, () -> lent.get(TOO_MANY));
    INDArray next = lent.get(BYTES);
    assertNotSame(freed, next);
    assertEquals(BYTES / Float.BYTES, next.length());
    next.assign(3);
    assertEquals(3.0 * next.length(), next.sumNumber().doubleValue());
  }

  @Test
  void scratchpad_moreThanThereIs_freedMemoryIsNotLentAgain() {
    assumeTrue(OneDnn.isAvailable(), "the scratchpad is oneDNN's");
    OneDnn context = OneDnn.context();
    NativeBuffer freed = context.scratchpad(BYTES);
    assertThrows(OutOfMemoryError.class, () -> context.scratchpad(TOO_MANY));
    NativeBuffer next = context.scratchpad(BYTES);
    assertNotSame(freed, next);
    next.floats().assign(3);
    assertSame(next, context.scratchpad(1));
  }
}
