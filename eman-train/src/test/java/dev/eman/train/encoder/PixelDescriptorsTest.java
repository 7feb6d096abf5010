package dev.eman.train.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.datasets.image.Image;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PixelDescriptorsTest {
  private static Image noise(Random random) {
    byte[] pixels = new byte[32 * 32 * 3];
    random.nextBytes(pixels);
    return Image.of(pixels, 32, 32, 3);
  }

  /** Principal components: centred, uncorrelated, and of ascending variance. */
  @Test
  void features_someImages_arePrincipalComponents() {
    Random random = new Random(1);
    PixelDescriptors descriptors = new PixelDescriptors();
    for (int i = 0; i < 80; i++) {
      descriptors.add(noise(random));
    }
    INDArray features = descriptors.features();
    assertArrayEquals(new long[] {80, 50}, features.shape());
    assertEquals(0, features.mean(0).amaxNumber().doubleValue(), 1e-4);
    INDArray products = features.transpose().mmul(features);
    double before = 0;
    for (int i = 0; i < 50; i++) {
      double own = products.getDouble(i, i);
      assertEquals(own, Math.max(own, before - 1e-4), 1e-9);
      before = own;
      products.putScalar(i, i, 0);
    }
    assertEquals(0, products.amaxNumber().doubleValue(), 1e-3 * before);
  }

  /** Components are a rotation: what is alike stays alike. */
  @Test
  void features_copies_areAlike() {
    Random random = new Random(2);
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      images.add(noise(random));
    }
    PixelDescriptors descriptors = new PixelDescriptors();
    images.forEach(descriptors::add);
    images.forEach(descriptors::add);
    INDArray features = descriptors.features();
    for (int i = 0; i < 3; i++) {
      assertEquals(0, features.getRow(i).distance2(features.getRow(i + 3)), 1e-4);
      assertEquals(1.0, features.getRow(i).distance2(features.getRow((i + 1) % 3)), 0.6);
    }
  }

  /** Components may point either way, so that products are compared. */
  @ParameterizedTest
  @ValueSource(ints = {255, 256, 257})
  void features_severalBatches_asOneByOne(int n) {
    Random random = new Random(n);
    PixelDescriptors descriptors = new PixelDescriptors();
    List<INDArray> gradients = new ArrayList<>();
    List<INDArray> pixels = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Image image = noise(random);
      float[] planes = new float[3 * 32 * 32];
      for (int p = 0; p < planes.length; p++) {
        planes[p] = (image.pixels()[p % 1024 * 3 + p / 1024] & 0xff) / 255f;
      }
      INDArray one = Nd4j.createFromArray(planes).reshape(1, 3, 32, 32);
      gradients.add(PixelFeatures.gradients().features(one));
      pixels.add(PixelFeatures.pixels(8).features(one));
      descriptors.add(image);
    }
    INDArray all =
        PixelFeatures.joined(
            List.of(
                Nd4j.concat(0, gradients.toArray(new INDArray[0])),
                Nd4j.concat(0, pixels.toArray(new INDArray[0]))));
    INDArray found = descriptors.features();
    assertArrayEquals(new long[] {n, 50}, found.shape());
    INDArray projected = all.transpose().mmul(found); // Eigenvectors times eigenvalues.
    INDArray lengths = found.norm2(0);
    for (int c = 0; c < 50; c++) {
      double value = Math.pow(lengths.getDouble(c), 2);
      assertEquals(1, projected.getColumn(c).norm2Number().doubleValue() / value, 1e-3);
    }
  }

  @Test
  void features_noImages_isRefused() {
    assertThrows(IllegalStateException.class, () -> new PixelDescriptors().features());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            PixelFeatures.joined(
                List.of(Nd4j.ones(DataType.FLOAT, 2, 3), Nd4j.ones(DataType.FLOAT, 3, 3))));
  }
}
