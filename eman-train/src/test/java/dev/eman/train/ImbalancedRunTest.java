package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.split.LabelSplit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A long tail is drawn once, named, and the same after an interruption. */
class ImbalancedRunTest {
  private static final List<String> TINY =
      List.of(
          "--backbone=resnet8-w4",
          "--size=16",
          "--steps=2",
          "--batch=2",
          "--mu=2",
          "--workers=1",
          "--evaluate-every=0");

  @TempDir private Path temporary;

  private static int[] counts(ImageDataset train, ImmutableIntArray images) {
    int[] counts = new int[10];
    images.forEach(image -> counts[train.label(image)]++);
    return counts;
  }

  @Test
  void train_longTail_isNamedRecordedAndResumed() {
    Path run = temporary.resolve("run");
    List<String> all = new ArrayList<>(TINY);
    all.addAll(List.of("--labels=20/class", "--imbalance=10", "--imbalance-unlabeled=-4"));
    all.add("--unlabeled=rest");
    LabelSplit split;
    try (TrainingRun started = TrainingRun.start(Texts.parse(all), run)) {
      split = started.state().split();
      int[] labeled = counts(started.state().train(), split.labeled());
      int[] unlabeled = counts(started.state().train(), split.unlabeled());
      assertEquals(List.of(20, 2), List.of(labeled[0], labeled[9]));
      // Of the last class 598 are left, of the first one a quarter of them.
      assertEquals(List.of(149, 598), List.of(unlabeled[0], unlabeled[9]));
      assertEquals(
          String.format(
              Locale.ROOT,
              "%d labelled images; %,d without labels: %,d of the training set; imbalance 10,"
                  + " imbalance -4 without labels",
              Arrays.stream(labeled).sum(),
              Arrays.stream(unlabeled).sum(),
              Arrays.stream(unlabeled).sum()),
          started.state().trainingImages().summary());
      assertTrue(started.train());
    }
    try (TrainingRun resumed = TrainingRun.resume(run)) {
      assertEquals(split.hash(), resumed.state().split().hash());
      assertEquals(split.leftOut(), resumed.state().split().leftOut());
      assertTrue(resumed.train());
      RunRecord record = resumed.finish().record();
      String origin = "(20/class, imbalance 10, imbalance -4 without labels, seed 0)";
      assertTrue(record.data().split().endsWith(origin), record.data().split());
      assertEquals(split.labeled().length(), record.images().labeled());
      assertEquals(split.unlabeled().length(), record.images().unlabeled().get(0).images());
    }
  }

  @Test
  void supervised_longTail_countsWhatIsNotUsed() {
    List<String> all = new ArrayList<>(TINY);
    all.addAll(List.of("--algorithm=supervised", "--labels=20/class", "--imbalance=10"));
    try (TrainingRun started = TrainingRun.start(Texts.parse(all), temporary.resolve("run"))) {
      LabelSplit split = started.state().split();
      int others = 6000 - split.labeled().length() - split.leftOut().length();
      assertTrue(others > 1000 && others < 3000, () -> "" + others);
      String summary = started.state().trainingImages().summary();
      assertTrue(
          summary.contains(String.format(Locale.ROOT, "not use the %,d images", others)), summary);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--imbalance=0.5, imbalance: expected the images of the largest class",
    "--imbalance-unlabeled=0, imbalance-unlabeled: expected the images",
    "--unlabeled-largest=0, unlabeled-largest: expected at least 1",
    "--imbalance=3 --labels-file=some.txt, imbalance: expected none with --labels-file",
    "--imbalance-unlabeled=3 --unlabeled=part, imbalance-unlabeled: expected --unlabeled all"
  })
  void parse_valuesThatCannotBe_usageError(String options, String expected) {
    String message =
        assertThrows(UsageException.class, () -> Texts.parse(List.of(options.split(" "))))
            .getMessage();
    assertTrue(message.startsWith(expected), message);
  }
}
