package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.eval.Features;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class FeatureBlocksTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 1_024, 1_025, 2_049, 5_000})
  void next_anyNumber_blocksOfAboutOneSizeWithEachRowOnce(int images) {
    Features features =
        new Features(
            Nd4j.arange(images).castTo(DataType.FLOAT).reshape(images, 1),
            ImmutableIntArray.copyOf(IntStream.range(0, images)));
    int rows = 0;
    int smallest = images;
    int largest = 0;
    try (FeatureBlocks blocks = new FeatureBlocks(features)) {
      for (int block = 0; blocks.hasNext(); block++) {
        assertEquals(block, blocks.position());
        Batch batch = blocks.next();
        int size = batch.labels().length();
        assertEquals(size, batch.requireLabeled().size(0));
        for (int row = 0; row < size; row++, rows++) {
          assertEquals(rows, batch.labels().get(row));
        }
        assertEquals(rows - 1, batch.requireLabeled().getDouble(size - 1, 0, 0, 0));
        smallest = Math.min(smallest, size);
        largest = Math.max(largest, size);
      }
    }
    assertEquals(images, rows);
    assertTrue(largest <= 1_024 && largest - smallest <= 1, smallest + " to " + largest);
  }
}
