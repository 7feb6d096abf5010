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
            () -> ConcatDataset.of(train, new Closing("photos", 3, new ArrayList<>(), false)));
    assertTrue(e.getMessage().startsWith("photos: expected 1 channels"), e.getMessage());
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
      throw new UnsupportedOperationException("has no pixels");
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
