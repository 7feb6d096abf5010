package dev.eman.datasets.builtin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Image;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FashionMnistMiniTest {
  private static final String TRAIN =
      "d04919469196668f12166573f4fcda126a24fd2c8f6ff98de0861dadc433b74f";
  private static final String TEST =
      "22489d4842e74e85dc8dfa1e618d5c8b760cc913f0c941bf9aebbb0d0b933b9e";

  @Test
  void open_bothParts_sizesAndClassesAsPublished() {
    assertClasses(Part.TRAIN, 6000, 600);
    assertClasses(Part.TEST, 1000, 100);
  }

  @Test
  void open_bothParts_pixelsAndLabelsExact() throws Exception {
    assertEquals(TRAIN, digest(FashionMnistMiniProvider.open(Part.TRAIN)));
    assertEquals(TEST, digest(FashionMnistMiniProvider.open(Part.TEST)));
    assertNotEquals(
        FashionMnistMiniProvider.open(Part.TRAIN).fingerprint(),
        FashionMnistMiniProvider.open(Part.TEST).fingerprint());
  }

  @Test
  void open_unlabeled_error() {
    String message =
        assertThrows(DatasetException.class, () -> FashionMnistMiniProvider.open(Part.UNLABELED))
            .getMessage();
    assertTrue(message.contains("expected part train or test, got unlabeled"), message);
  }

  @Test
  void statistics_asComputed() {
    ImageDataset data = FashionMnistMiniProvider.open(Part.TRAIN);
    double sum = 0;
    double squares = 0;
    Image image = new Image();
    for (int i = 0; i < data.size(); i++) {
      data.read(i, image);
      for (byte pixel : image.toByteArray()) {
        double value = (pixel & 0xff) / 255.0;
        sum += value;
        squares += value * value;
      }
    }
    double count = 6000 * 28 * 28;
    double mean = sum / count;
    ChannelStatistics statistics = new FashionMnistMiniProvider().statistics();
    assertEquals(1, statistics.channels());
    assertEquals(mean, statistics.mean().get(0), 1e-4);
    assertEquals(Math.sqrt(squares / count - mean * mean), statistics.deviation().get(0), 1e-4);
  }

  @Test
  void resources_smallAndWithLicence() throws IOException {
    int bytes = 0;
    for (String end : List.of("train.png", "test.png", "train-labels.gz", "test-labels.gz")) {
      bytes += resource(end).length;
    }
    byte[] licence = resource("LICENSE.txt");
    assertTrue(bytes + licence.length < 3_000_000, bytes + " bytes");
    String text = new String(licence, StandardCharsets.UTF_8);
    assertTrue(text.contains("MIT") && text.contains("Zalando"), text);
  }

  @Test
  void open_fourThreadsAtOnce_sameAsAlone() throws Exception {
    ImageDataset shared = FashionMnistMiniProvider.open(Part.TEST);
    byte[][] alone = new byte[shared.size()][];
    Arrays.setAll(alone, i -> shared.image(i).toByteArray());
    ExecutorService executor = Executors.newFixedThreadPool(4);
    try {
      Callable<Boolean> task =
          () -> {
            // One that is shared, and one of each thread's own, decoded at the same time.
            ImageDataset own = FashionMnistMiniProvider.open(Part.TEST);
            Image image = new Image();
            for (int i = 0; i < alone.length; i++) {
              shared.read(i, image);
              assertArrayEquals(alone[i], image.toByteArray());
              own.read(i, image);
              assertArrayEquals(alone[i], image.toByteArray());
            }
            return own.fingerprint().equals(shared.fingerprint());
          };
      for (Future<Boolean> same : executor.invokeAll(List.of(task, task, task, task))) {
        assertTrue(same.get());
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static void assertClasses(Part part, int images, int ofEach) {
    ImageDataset data = FashionMnistMiniProvider.open(part);
    assertEquals("fashion-mnist-mini/" + part.label(), data.name());
    assertEquals(images, data.size());
    assertEquals(10, data.classNames().size());
    assertEquals("Ankle boot", data.classNames().get(9));
    assertEquals(1, data.channels());
    assertEquals("image [28, 28, 1]", data.image(images - 1).toString());
    int[] counts = new int[10];
    IntStream.range(0, images).forEach(i -> counts[data.label(i)]++);
    for (int count : counts) {
      assertEquals(ofEach, count);
    }
  }

  /** Of all pixels, then all labels. */
  private static String digest(ImageDataset data) throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < data.size(); i++) {
      sha.update(data.image(i).toByteArray());
    }
    for (int i = 0; i < data.size(); i++) {
      sha.update((byte) data.label(i));
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static byte[] resource(String end) throws IOException {
    String name = "fashion-mnist-mini-" + end;
    try (InputStream in = FashionMnistMiniProvider.class.getResourceAsStream(name)) {
      assertNotNull(in, name);
      return in.readAllBytes();
    }
  }
}
