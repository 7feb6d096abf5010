package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.image.Image;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PseudoErrorsTest {
  @Test
  void small_photo_isAThumbnail() {
    Image photo = PseudoErrors.small(Image.of(new byte[640 * 480 * 3], 640, 480, 3));
    assertEquals(96, photo.width());
    assertEquals(72, photo.height());
    Image line = PseudoErrors.small(Image.of(new byte[1000], 1000, 1, 1));
    assertEquals(1, line.height());
  }

  @Test
  void small_smallImage_isUnchanged() {
    byte[] pixels = {1, 2, 3, 4, 5, 6};
    assertArrayEquals(pixels, PseudoErrors.small(Image.of(pixels.clone(), 3, 2, 1)).toByteArray());
  }

  @Test
  void candidates_imagesWhoseLabelsAreTrainedWith_areNotAmongThem() {
    try (ImageDataset images =
        new FashionMnistMiniProvider().open(Part.TRAIN, DataDirectories.of(null))) {
      ImmutableIntArray pool = ImmutableIntArray.copyOf(IntStream.range(0, 8));
      assertEquals(
          ImmutableIntArray.of(0, 4, 6),
          PseudoErrors.candidates(images, pool, ImmutableIntArray.of(2, 3), 4));
    }
  }
}
