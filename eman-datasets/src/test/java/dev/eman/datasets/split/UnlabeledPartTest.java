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
class UnlabeledPartTest {
  private static final LabelsOnly TRAIN = LabelsOnly.ofCounts("photos/train", 5, 5);
  private static final LabelsOnly OWN = LabelsOnly.unlabeled(4);

  private static final LabelsOnly MORE = LabelsOnly.unlabeled("more", 2);

  private static LabelSplit split(UnlabeledPool pool) {
    return LabelSplit.draw(TRAIN, LabelAmount.perClass(2), 0, 0.5, pool);
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  @ParameterizedTest
  @EnumSource(UnlabeledPool.class)
  void unlabeled_eachPool_trainingImagesThenOwn(UnlabeledPool pool) {
    LabelSplit split = split(pool).withPart(OWN);
    List<Integer> training =
        range(0, 10).stream()
            .filter(i -> !split.validation().contains(i))
            .filter(i -> pool != UnlabeledPool.REST || !split.labeled().contains(i))
            .filter(i -> pool != UnlabeledPool.PART)
            .toList();
    List<Integer> own = pool == UnlabeledPool.TRAIN ? List.of() : range(10, 14);
    ImmutableIntArray unlabeled = split.unlabeled();
    assertEquals(training, unlabeled.asList().subList(0, training.size()));
    assertEquals(own, unlabeled.asList().subList(training.size(), unlabeled.length()));
    assertEquals(own.size(), split.partSize());
  }

  @Test
  void images_withPart_bothPartsAndLabelsOfOneAlone() {
    ImageDataset images = split(UnlabeledPool.ALL).withPart(OWN).images(TRAIN, OWN, null);
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
    assertSame(TRAIN, split(UnlabeledPool.ALL).images(TRAIN, OWN, null));
    assertSame(TRAIN, split(UnlabeledPool.TRAIN).withPart(OWN).images(TRAIN, null, null));
  }

  @Test
  void images_otherOwn_error() {
    LabelSplit split = split(UnlabeledPool.PART).withPart(OWN);
    String expected = "photos/train: expected the 4 unlabelled images of its own";
    assertMessage(() -> split.images(TRAIN, null, null), expected, "found none; restore them");
    assertMessage(
        () -> split.images(TRAIN, LabelsOnly.unlabeled(5), null),
        expected,
        "found 5 in none (fingerprint");
    assertMessage(
        () -> split.images(TRAIN, LabelsOnly.ofCounts("four", 4), null),
        expected,
        "found 4 in four (fing");
  }

  @Test
  void images_withAdded_afterThePart() {
    LabelSplit split = split(UnlabeledPool.PART).withPart(OWN).withAdded(MORE);
    assertEquals(range(10, 16), split.unlabeled().asList());
    ImageDataset images = split.images(TRAIN, OWN, MORE);
    assertEquals(16, images.size());
    assertEquals("more#1", images.imageName(15));
    assertEquals(ImageDataset.UNLABELED, images.label(15));
    assertSame(TRAIN, split(UnlabeledPool.TRAIN).withAdded(MORE).images(TRAIN, null, null));
    assertMessage(
        () -> split.images(TRAIN, OWN, null),
        "photos/train: expected the 2 unlabelled images of --unlabeled-data that",
        "found none");
    assertMessage(() -> split.images(TRAIN, OWN, OWN), "found 4 in none (fingerprint");
    assertTrue(split.toString().contains("with 4 of its own and 2 added"), split.toString());
  }

  @Test
  void load_savedWithAdded_sameSplit(@TempDir Path folder) {
    Path file = folder.resolve("split");
    LabelSplit alone = split(UnlabeledPool.ALL).withAdded(MORE);
    LabelSplit both = alone.withPart(OWN);
    for (LabelSplit split : List.of(alone, both)) {
      split.save(file);
      LabelSplit loaded = LabelSplit.load(file, TRAIN);
      assertEquals(split.hash(), loaded.hash());
      assertEquals(split.unlabeled(), loaded.unlabeled());
      assertEquals(2, loaded.addedSize());
    }
    assertNotEquals(alone.hash(), split(UnlabeledPool.ALL).withPart(MORE).hash());
    assertNotEquals(alone.hash(), both.hash());
  }

  @Test
  void load_formerNameOfThePool_hashOfBefore(@TempDir Path folder) throws IOException {
    String before =
        String.join(
            "\n",
            "eman split 1",
            "dataset: photos/train",
            "fingerprint: " + TRAIN.fingerprint(),
            "size: 10",
            "origin: by hand",
            "pool: own",
            "own: 4 " + OWN.fingerprint(),
            "hash: " + "d2788914ba1d4f747b185bd6b290024fc0597d1a20797797a240ccbfa35206fb",
            "labeled: 1",
            "1",
            "validation: 0",
            "");
    Path file = folder.resolve("split");
    Files.writeString(file, before);
    LabelSplit loaded = LabelSplit.load(file, TRAIN);
    assertEquals(UnlabeledPool.PART, loaded.pool());
    assertEquals(range(10, 14), loaded.unlabeled().asList());
    loaded.save(file);
    assertEquals(before.replace("pool: own", "pool: part"), Files.readString(file));
  }

  @Test
  void load_savedWithOwn_sameSplit(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("split");
    LabelSplit split = split(UnlabeledPool.REST).withPart(OWN);
    split.save(file);
    LabelSplit loaded = LabelSplit.load(file, TRAIN);
    assertEquals(split.hash(), loaded.hash());
    assertEquals(split.unlabeled(), loaded.unlabeled());
    assertEquals(14, loaded.images(TRAIN, OWN, null).size());
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
    assertEquals(0, loaded.partSize());
    assertEquals(9, loaded.unlabeled().length());
    loaded.save(file);
    assertEquals(before, Files.readString(file));
    assertFalse(loaded.toString().contains("own"), loaded.toString());
    assertTrue(loaded.withPart(OWN).toString().contains("all unlabelled with 4 of its own"));
    assertNotEquals(loaded.hash(), loaded.withPart(OWN).hash());
  }
}
