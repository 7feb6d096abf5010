package dev.eman.datasets.split;

import static dev.eman.datasets.split.LabelSplitTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ImageDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A split of a data set that has an unlabelled part of its own. */
class OwnUnlabeledTest {
  private static final LabelsOnly TRAIN = LabelsOnly.ofCounts("photos/train", 5, 5);
  private static final LabelsOnly OWN = LabelsOnly.unlabeled(4);

  private static LabelSplit split(UnlabeledPool pool) {
    return LabelSplit.draw(TRAIN, LabelAmount.perClass(2), 0, 0.5, pool);
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  @ParameterizedTest
  @EnumSource(UnlabeledPool.class)
  void unlabeled_eachPool_trainingImagesThenOwn(UnlabeledPool pool) {
    LabelSplit split = split(pool).withOwn(OWN);
    List<Integer> training =
        range(0, 10).stream()
            .filter(i -> !split.validation().contains(i))
            .filter(i -> pool != UnlabeledPool.REST || !split.labeled().contains(i))
            .filter(i -> pool != UnlabeledPool.OWN)
            .toList();
    List<Integer> own = pool == UnlabeledPool.TRAIN ? List.of() : range(10, 14);
    ImmutableIntArray unlabeled = split.unlabeled();
    assertEquals(training, unlabeled.asList().subList(0, training.size()));
    assertEquals(own, unlabeled.asList().subList(training.size(), unlabeled.length()));
    assertEquals(own.size(), split.ownUnlabeled());
  }

  @Test
  void images_withOwn_bothPartsAndLabelsOfOneAlone() {
    ImageDataset images = split(UnlabeledPool.ALL).withOwn(OWN).images(TRAIN, OWN);
    assertEquals(14, images.size());
    assertEquals(TRAIN.label(3), images.label(3));
    assertEquals(TRAIN.imageName(9), images.imageName(9));
    assertEquals(ImageDataset.UNLABELED, images.label(10));
    assertEquals("none#0", images.imageName(10));
    assertMessage(
        () -> images.requireLabel(12),
        "photos/train and none: expected a label of none#2, found an unlabelled image");
    assertNotEquals(TRAIN.fingerprint(), images.fingerprint());
  }

  @Test
  void images_withoutOwn_trainItself() {
    assertSame(TRAIN, split(UnlabeledPool.ALL).images(TRAIN, OWN));
    assertSame(TRAIN, split(UnlabeledPool.TRAIN).withOwn(OWN).images(TRAIN, null));
  }

  @Test
  void images_otherOwn_error() {
    LabelSplit split = split(UnlabeledPool.OWN).withOwn(OWN);
    String expected = "photos/train: expected the 4 unlabelled images of its own";
    assertMessage(() -> split.images(TRAIN, null), expected, "found none; restore them");
    assertMessage(
        () -> split.images(TRAIN, LabelsOnly.unlabeled(5)), expected, "found 5 (fingerprint");
    assertMessage(
        () -> split.images(TRAIN, LabelsOnly.ofCounts("four", 4)), expected, "found 4 (fing");
  }

  @Test
  void load_savedWithOwn_sameSplit(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("split");
    LabelSplit split = split(UnlabeledPool.REST).withOwn(OWN);
    split.save(file);
    LabelSplit loaded = LabelSplit.load(file, TRAIN);
    assertEquals(split.hash(), loaded.hash());
    assertEquals(split.unlabeled(), loaded.unlabeled());
    assertEquals(14, loaded.images(TRAIN, OWN).size());
    String text = Files.readString(file);
    for (String damage : List.of("own: 5 ", "own: 0 ", "own: x ", "own: 4")) {
      Files.writeString(file, text.replace("own: 4 ", damage));
      assertMessage(() -> LabelSplit.load(file, TRAIN), file + " is damaged: ", "expected");
    }
  }

  @Test
  void load_fileOfBefore_loadedAndSavedAsItWas(@TempDir Path folder) throws IOException {
    // As written before splits knew of own images.
    String before =
        String.join(
            "\n",
            "eman split 1",
            "dataset: photos/train",
            "fingerprint: " + TRAIN.fingerprint(),
            "size: 10",
            "origin: by hand",
            "pool: all",
            "hash: " + "c6d88760e796d7ee10ee8cf8f16b504bdd47c0dea9085a33db16ccfcb5e5b288",
            "labeled: 2",
            "1",
            "4",
            "validation: 1",
            "7",
            "");
    Path file = folder.resolve("split");
    Files.writeString(file, before);
    LabelSplit loaded = LabelSplit.load(file, TRAIN);
    assertEquals(0, loaded.ownUnlabeled());
    assertEquals(9, loaded.unlabeled().length());
    loaded.save(file);
    assertEquals(before, Files.readString(file));
    assertFalse(loaded.toString().contains("own"), loaded.toString());
    assertTrue(loaded.withOwn(OWN).toString().contains("all unlabelled with 4 of its own"));
    assertNotEquals(loaded.hash(), loaded.withOwn(OWN).hash());
  }
}
