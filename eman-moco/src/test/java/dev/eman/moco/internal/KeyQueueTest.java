package dev.eman.moco.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class KeyQueueTest {
  @Test
  void queue_moreKeysThanItHolds_keepsTheLast() {
    KeyQueue queue = new KeyQueue(3, 1, DataType.FLOAT, 1);
    queue.add(Nd4j.createFromArray(new float[][] {{1}, {2}}));
    queue.add(Nd4j.createFromArray(new float[][] {{3}, {4}, {5}, {6}, {7}}));
    assertArrayEquals(new float[] {7, 5, 6}, queue.keys().ravel().toFloatVector());
  }
}
