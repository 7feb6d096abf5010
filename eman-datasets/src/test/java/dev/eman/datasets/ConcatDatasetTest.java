package dev.eman.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConcatDatasetTest {
  private final ImageDataset train = FashionMnistMiniProvider.open(Part.TRAIN);
  private final ImageDataset test = FashionMnistMiniProvider.open(Part.TEST);

  @Test
  void read_bothParts_theirPixels() {
    ConcatDataset both = ConcatDataset.of(train, test);
    assertEquals(train.size() + test.size(), both.size());
    assertPixels(train.image(17), both.image(17));
    assertPixels(train.image(train.size() - 1), both.image(train.size() - 1));
    assertPixels(test.image(0), both.image(train.size()));
    assertEquals(train.classNames(), both.classNames());
  }

  @Test
  void label_secondPart_unknownWhateverItHas() {
    ConcatDataset both = ConcatDataset.of(train, test);
    assertEquals(train.label(5), both.label(5));
    assertEquals(ImageDataset.UNLABELED, both.label(train.size() + 5));
    assertThrows(IndexOutOfBoundsException.class, () -> both.label(both.size()));
  }

  @Test
  void of_otherChannels_error() {
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () -> ConcatDataset.of(new Closing("photos", 3, new ArrayList<>(), false), train));
    assertTrue(
        e.getMessage().startsWith("fashion-mnist-mini/train: expected 3 channels"), e.getMessage());
  }

  @Test
  void of_colorBesideGray_becomesGray() {
    List<String> closed = new ArrayList<>();
    Closing color = new Closing("photos", 3, closed, false);
    try (ConcatDataset both = ConcatDataset.of(new Closing("gray", 1, closed, false), color)) {
      Image image = both.image(1);
      assertEquals(1, image.channels());
      assertEquals(2, image.width());
      assertEquals(5, image.originalWidth());
      // Pillow: Image.new("RGB", (1, 1), (200, 100, 50)).convert("L"), and (0, 0, 255).
      assertEquals(124, image.get(0, 0, 0));
      assertEquals(29, image.get(1, 0, 0));
    }
    assertEquals(List.of("gray", "photos"), closed);
  }

  @Test
  void close_firstFails_secondClosedToo() {
    List<String> closed = new ArrayList<>();
    ConcatDataset both =
        ConcatDataset.of(
            new Closing("first", 3, closed, true), new Closing("second", 3, closed, false));
    assertThrows(DatasetException.class, both::close);
    assertEquals(List.of("first", "second"), closed);
  }

  private static void assertPixels(Image expected, Image actual) {
    assertEquals(expected.width(), actual.width());
    assertArrayEquals(expected.pixels(), actual.pixels());
  }

  private record Closing(String name, int channels, List<String> closed, boolean fails)
      implements ImageDataset {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public ImmutableList<String> classNames() {
      return ImmutableList.of("a");
    }

    @Override
    public int label(int index) {
      return 0;
    }

    @Override
    public String imageName(int index) {
      return name + "#" + index;
    }

    @Override
    public void read(int index, DecodePlan plan, Image into) {
      byte[] pixels = {(byte) 200, 100, 50, 0, 0, (byte) 255};
      into.copyFrom(Image.of(pixels, 2, 1, 3));
      into.setOrigin(1, 0, 1, 5, 1);
    }

    @Override
    public String fingerprint() {
      return name;
    }

    @Override
    public void close() {
      closed.add(name);
      if (fails) {
        throw new DatasetException("cannot close");
      }
    }
  }
}
