package dev.eman.train.encoder;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PixelFeaturesTest {
  /** Around the border of the parts of 8,192 rows. */
  @ParameterizedTest
  @ValueSource(ints = {1, 8191, 8192, 8193, 20000})
  void joined_anyNumberOfRows_asOfWholeArrays(int n) {
    Nd4j.getRandom().setSeed(n);
    INDArray first = Nd4j.randn(DataType.FLOAT, n, 3).addi(2);
    INDArray second = Nd4j.randn(DataType.FLOAT, n, 2).muli(30);
    INDArray found = PixelFeatures.joined(List.of(first, second));
    INDArray[] expected = new INDArray[2];
    for (int b = 0; b < 2; b++) {
      INDArray block = b == 0 ? first : second;
      INDArray centered = block.sub(block.mean(0).reshape(1, block.size(1)));
      double squares = centered.mul(centered).sumNumber().doubleValue() / n;
      expected[b] = squares > 0 ? centered.divi(Math.sqrt(4 * squares)) : centered;
    }
    assertClose(Nd4j.hstack(expected), found, 1e-5);
  }

  @Test
  void pixels_small_asTheyAre() {
    INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, 5, 4);
    assertSameValues(images.reshape(2, 60), PixelFeatures.pixels(32).features(images));
  }

  @Test
  void pixels_large_meansOfSquares() {
    INDArray images = Nd4j.rand(DataType.FLOAT, 1, 1, 64, 64);
    INDArray found = PixelFeatures.pixels(32).features(images);
    assertArrayEquals(new long[] {1, 32 * 32}, found.shape());
    double mean = 0;
    for (int i = 0; i < 4; i++) {
      mean += images.getDouble(0, 0, 2 + i / 2, 4 + i % 2) / 4;
    }
    assertEquals(mean, found.getDouble(0, 32 + 2), 1e-6);
  }

  /** Cells of 2 or 3 by 1 or 2 pixels, in each image and channel. */
  @Test
  void pixels_sizeThatDoesNotDivide_meansOfUnequalCells() {
    INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, 7, 5);
    float[] found = PixelFeatures.pixels(3).features(images).data().asFloat();
    float[] expected = new float[2 * 3 * 3 * 3];
    for (int cell = 0; cell < expected.length; cell++) {
      float sum = 0;
      int count = 0;
      for (int y = 0; y < 7; y++) {
        for (int x = 0; x < 5; x++) {
          if (y * 3 / 7 == cell / 3 % 3 && x * 3 / 5 == cell % 3) {
            sum += images.getFloat(cell / 27, cell / 9 % 3, y, x);
            count++;
          }
        }
      }
      expected[cell] = sum / count;
    }
    assertArrayEquals(expected, found);
  }

  /** An edge from left to right has gradients across it alone: of the first orientation. */
  @Test
  void gradients_oneEdge_itsOrientationAndCells() {
    INDArray image = Nd4j.zeros(DataType.FLOAT, 1, 1, 14, 14);
    for (int y = 0; y < 14; y++) {
      for (int x = 7; x < 14; x++) {
        image.putScalar(new int[] {0, 0, y, x}, 1);
      }
    }
    float[] found = PixelFeatures.gradients().features(image).toFloatVector();
    for (int cell = 0; cell < 49; cell++) {
      for (int b = 0; b < 9; b++) {
        boolean edge = cell % 7 == 3 && b == 0;
        assertEquals(edge ? 0.99 : 0, found[cell * 9 + b], 0.02, cell + " " + b);
      }
    }
  }

  /** Brightness and contrast say nothing of shapes, and a picture of one colour has none. */
  @Test
  void gradients_otherContrast_areTheSame() {
    INDArray image = Nd4j.rand(DataType.FLOAT, 1, 3, 16, 12);
    INDArray expected = PixelFeatures.gradients().features(image);
    INDArray found = PixelFeatures.gradients().features(image.mul(4).add(3));
    assertArrayEquals(expected.toFloatVector(), found.toFloatVector(), 1e-3f);
    INDArray flat = PixelFeatures.gradients().features(Nd4j.ones(DataType.FLOAT, 1, 1, 8, 8));
    assertEquals(0, flat.sumNumber().doubleValue());
  }

  @Test
  void features_noImages_isRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> PixelFeatures.pixels(32).features(Nd4j.ones(DataType.FLOAT, 2, 3)));
  }
}
