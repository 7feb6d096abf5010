package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.datasets.Part;
import dev.eman.datasets.split.Imbalance;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.datasets.split.UnlabeledPool;
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

  private static ImageCounts published(String dataset, String labels, UnlabeledPool pool) {
    return ImageCounts.published(dataset, null, LabelAmount.parse(labels), Imbalance.NONE, pool)
        .orElseThrow();
  }

  @Test
  void published_amountOfLabels_isOfThePublishedSize() {
    assertEquals(
        new ImageCounts(50_000, 40, 10, false), published("cifar10", "4/class", UnlabeledPool.ALL));
    assertEquals(
        new ImageCounts(105_000, 40, 10, false), published("stl10", "4/class", UnlabeledPool.ALL));
    assertEquals(
        new ImageCounts(100_000, 40, 10, false), published("stl10", "4/class", UnlabeledPool.PART));
    assertEquals(
        new ImageCounts(73_257 - 1000 + 531_131, 1000, 10, false),
        published("svhn", "100/class", UnlabeledPool.REST));
  }

  /** The sizes that papers on CIFAR-10-LT give for these ratios. */
  @Test
  void published_imbalance_isDrawnFromEqualClasses() {
    int labeled = 1500 + 899 + 539 + 323 + 193 + 116 + 69 + 41 + 25 + 15;
    int others = 3000 + 1798 + 1078 + 646 + 387 + 232 + 139 + 83 + 50 + 30;
    assertEquals(
        Optional.of(new ImageCounts(labeled + others, labeled, 10, false)),
        ImageCounts.published(
            "cifar10",
            null,
            LabelAmount.perClass(1500),
            new Imbalance(100, 100, 3000),
            UnlabeledPool.ALL));
  }

  @Test
  void published_list_hasThePartInItsName() {
    assertEquals(12_812, labeled("imagenet_subsets/1percent.txt"));
    assertEquals(128_117, labeled("imagenet_subsets/10percent.txt"));
    assertEquals(4_000, labeled("mine.txt"));
  }

  private static long labeled(String list) {
    return ImageCounts.published("imagenet", Path.of(list), FOUR, Imbalance.NONE, UnlabeledPool.ALL)
        .orElseThrow()
        .labeled();
  }

  @Test
  void published_unknownDataset_isEmpty() {
    assertEquals(
        Optional.empty(),
        ImageCounts.published("mine", null, FOUR, Imbalance.NONE, UnlabeledPool.ALL));
  }
}
