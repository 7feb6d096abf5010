package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.internal.NativeBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Memory that one operation after the other uses; grows to the largest asked for. */
final class LentArray {
  private NativeBuffer memory = NativeBuffer.allocate(1);
  private INDArray array = memory.floats();

  /** An array of at least so many bytes; what was in it may be lost. */
  INDArray get(long bytes) {
    if (memory.bytes() < bytes) {
      giveUp();
      NativeBuffer larger = NativeBuffer.allocate(bytes);
      array = larger.floats();
      memory = larger;
    }
    return array;
  }

  /** Before the larger one is asked for, which may not be had: what is closed must not be found. */
  private void giveUp() {
    NativeBuffer closed = memory;
    NativeBuffer smallest = NativeBuffer.allocate(1);
    array = smallest.floats();
    memory = smallest;
    closed.close();
  }
}
