package dev.eman.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class OffHeapFloatsTest {
  private static final int WINDOW_BITS = 17;

  @Test
  void get_acrossWindows_readsAdjacentElements() {
    float[] values = counting(300_000);
    OffHeapFloats floats = OffHeapFloats.of(Nd4j.createFromArray(values), WINDOW_BITS);
    int count = OffHeapFloats.LONGEST_ACCESS;
    float[] read = new float[count];
    int[] bits = new int[count];
    for (int from : new int[] {0, (1 << 17) - 1, 1 << 17, (1 << 18) - 30_000, 300_000 - count}) {
      floats.get(from, read, count);
      floats.getBits(from, bits, count);
      assertArrayEquals(Arrays.copyOfRange(values, from, from + count), read);
      assertEquals(Float.floatToRawIntBits(values[from + count - 1]), bits[count - 1]);
    }
  }

  @Test
  void put_acrossWindows_writesAdjacentElements() {
    float[] values = counting(300_000);
    INDArray array = Nd4j.createFromArray(values);
    INDArray other = array.neg();
    OffHeapFloats floats = OffHeapFloats.of(array, WINDOW_BITS);
    floats.put((1 << 17) - 2, new float[] {-1, -2, -3, -4, 99}, 4);
    floats.put((1 << 18) - 1, OffHeapFloats.of(other, WINDOW_BITS), 3);
    for (int i = 0; i < 4; i++) {
      values[(1 << 17) - 2 + i] = -1 - i;
    }
    for (int i = 0; i < 3; i++) {
      values[(1 << 18) - 1 + i] *= -1;
    }
    assertArrayEquals(values, array.toFloatVector());
  }

  @Test
  void of_view_beginsAtItsOffset() {
    INDArray view = Nd4j.createFromArray(counting(10)).get(NDArrayIndex.interval(4, 9));
    INDArray inner = view.get(NDArrayIndex.interval(2, 5));
    float[] read = new float[3];
    OffHeapFloats.of(inner).get(0, read, 3);
    assertArrayEquals(new float[] {6, 7, 8}, read);
  }

  private static float[] counting(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = i;
    }
    return values;
  }
}
