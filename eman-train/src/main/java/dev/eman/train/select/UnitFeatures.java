package dev.eman.train.select;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Features scaled to length 1, for distances from one image to all others. They lie in blocks of
 * rows, each block column by column: the loop over the rows of a block becomes vector instructions,
 * and all products are summed in the order of the columns, so that copies of an image are equally
 * far from any other, bit for bit, wherever they stand and whatever threads there are.
 *
 * <p>The blocks are outside of Java's heap; columns are copied to it one at a time.
 */
final class UnitFeatures {
  private static final int ROWS = 1024;

  /** A block is one buffer of at most 2 GiB. */
  private static final int WIDEST = Integer.MAX_VALUE / Float.BYTES / ROWS;

  private final Block[] blocks;
  private final int size;
  private final int width;

  private UnitFeatures(Block[] blocks, int size, int width) {
    this.blocks = blocks;
    this.size = size;
    this.width = width;
  }

  /** Column by column; the array outlives every access. */
  private static final class Block {
    private final int rows;
    private final INDArray array;
    private final FloatBuffer values;

    Block(float[] columns, int rows) {
      this.rows = rows;
      array = Nd4j.createFromArray(columns);
      values =
          Nd4j.getEnvironment().isCPU() ? array.data().asNioFloat() : FloatBuffer.wrap(columns);
    }

    /** Copies a column of all rows. */
    void column(int d, float[] into) {
      try {
        values.get(d * rows, into, 0, rows);
      } finally {
        Reference.reachabilityFence(array);
      }
    }

    float get(int row, int d) {
      try {
        return values.get(d * rows + row);
      } finally {
        Reference.reachabilityFence(array);
      }
    }
  }

  /**
   * Copies features.
   *
   * @param features {@code [N, D]}, float32, any length of rows; a row of zeros is as far from all
   *     others as one at a right angle
   * @throws IllegalArgumentException for other shapes, and for NaN or infinite numbers
   */
  static UnitFeatures of(INDArray features) {
    checkArgument(
        features.rank() == 2 && features.dataType() == DataType.FLOAT,
        "features: expected [N, D] of FLOAT, got %s of %s",
        Arrays.toString(features.shape()),
        features.dataType());
    int size = Math.toIntExact(features.size(0));
    int width = Math.toIntExact(features.size(1));
    checkArgument(
        width <= WIDEST, "features: expected at most %s of an image, got %s", WIDEST, width);
    Block[] blocks = new Block[(size + ROWS - 1) / ROWS];
    for (int b = 0; b < blocks.length; b++) {
      int from = b * ROWS;
      int to = Math.min(size, from + ROWS);
      INDArray rows = features.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
      blocks[b] =
          new Block(columns(rows.dup('c').data().asFloat(), to - from, width, from), to - from);
    }
    return new UnitFeatures(blocks, size, width);
  }

  private static float[] columns(float[] values, int rows, int width, int first) {
    float[] columns = new float[width * rows];
    for (int i = 0; i < rows; i++) {
      double squares = 0;
      for (int d = 0; d < width; d++) {
        double value = values[i * width + d];
        squares += value * value;
      }
      checkArgument(
          Double.isFinite(squares),
          "features: expected finite numbers, found NaN or infinite ones in row %s",
          first + i);
      double scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
      for (int d = 0; d < width; d++) {
        columns[d * rows + i] = (float) (values[i * width + d] * scale);
      }
    }
    return columns;
  }

  /** N. */
  int size() {
    return size;
  }

  /** The features of one image, {@code [D]}; a copy. */
  float[] row(int image) {
    Block block = blocks[image / ROWS];
    float[] row = new float[width];
    for (int d = 0; d < width; d++) {
      row[d] = block.get(image % ROWS, d);
    }
    return row;
  }

  /** Some images' features, in the order given; a copy. */
  UnitFeatures select(int[] images) {
    Block[] chosen = new Block[(images.length + ROWS - 1) / ROWS];
    for (int b = 0; b < chosen.length; b++) {
      int from = b * ROWS;
      int rows = Math.min(images.length - from, ROWS);
      float[] columns = new float[width * rows];
      for (int i = 0; i < rows; i++) {
        int image = images[from + i];
        for (int d = 0; d < width; d++) {
          columns[d * rows + i] = blocks[image / ROWS].get(image % ROWS, d);
        }
      }
      chosen[b] = new Block(columns, rows);
    }
    return new UnitFeatures(chosen, images.length, width);
  }

  /** The sum of some images' features, {@code [D]}. */
  float[] sum(ImmutableIntArray images) {
    double[] sums = new double[width];
    images.forEach(
        image -> {
          Block block = blocks[image / ROWS];
          for (int d = 0; d < width; d++) {
            sums[d] += block.get(image % ROWS, d);
          }
        });
    float[] sum = new float[width];
    for (int d = 0; d < width; d++) {
      sum[d] = (float) sums[d];
    }
    return sum;
  }

  /**
   * Products of all images with a vector.
   *
   * @param vector {@code [D]}
   * @return {@code [N]}
   */
  float[] products(float[] vector) {
    float[] all = new float[size];
    forEachBlock(
        b -> {
          float[] sums = new float[blocks[b].rows];
          multiply(blocks[b], vector, sums);
          System.arraycopy(sums, 0, all, b * ROWS, sums.length);
        });
    return all;
  }

  /** The same by the calling thread alone. */
  float[] productsAlone(float[] vector) {
    float[] all = new float[size];
    for (int b = 0; b < blocks.length; b++) {
      float[] sums = new float[blocks[b].rows];
      multiply(blocks[b], vector, sums);
      System.arraycopy(sums, 0, all, b * ROWS, sums.length);
    }
    return all;
  }

  /**
   * Lowers the distances of all images to the nearest of some, where new ones are nearer.
   *
   * @param centers the new ones, each {@code [D]} of length 1
   * @param nearest {@code [N]}, squared Euclidean distances, 0 to 4; mutated
   */
  void approachInPlace(float[][] centers, float[] nearest) {
    forEachBlock(
        b -> {
          float[] sums = new float[blocks[b].rows];
          for (float[] center : centers) {
            Arrays.fill(sums, 0);
            multiply(blocks[b], center, sums);
            for (int i = 0; i < sums.length; i++) {
              float distance = Math.max(0, 2 - 2 * sums[i]);
              nearest[b * ROWS + i] = Math.min(nearest[b * ROWS + i], distance);
            }
          }
        });
  }

  private static void multiply(Block block, float[] vector, float[] sums) {
    float[] column = new float[block.rows];
    for (int d = 0; d < vector.length; d++) {
      block.column(d, column);
      addScaled(column, vector[d], sums);
    }
  }

  private static void addScaled(float[] column, float factor, float[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += column[i] * factor;
    }
  }

  private void forEachBlock(IntConsumer action) {
    IntStream.range(0, blocks.length).parallel().forEach(action);
  }
}
