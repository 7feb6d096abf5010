package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.datasets.Part;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImageCountsTest {
  private static final LabelAmount FOUR = LabelAmount.perClass(4);

  @Test
  void of_aSplit_countsIt() {
    FirstImages train = FirstImages.of(Part.TRAIN, 200);
    LabelSplit split = LabelSplit.draw(train, FOUR, 0);
    assertEquals(
        new ImageCounts(split.unlabeled().length(), 40, 10, true), ImageCounts.of(train, split));
  }

  @Test
  void published_amountOfLabels_isOfThePublishedSize() {
    assertEquals(
        Optional.of(new ImageCounts(50_000, 40, 10, false)),
        ImageCounts.published("cifar10", null, FOUR));
  }

  @Test
  void published_list_hasThePartInItsName() {
    assertEquals(12_812, labeled("imagenet_subsets/1percent.txt"));
    assertEquals(128_117, labeled("imagenet_subsets/10percent.txt"));
    assertEquals(4_000, labeled("mine.txt"));
  }

  private static long labeled(String list) {
    return ImageCounts.published("imagenet", Path.of(list), FOUR).orElseThrow().labeled();
  }

  @Test
  void published_unknownDataset_isEmpty() {
    assertEquals(Optional.empty(), ImageCounts.published("mine", null, FOUR));
  }
}
