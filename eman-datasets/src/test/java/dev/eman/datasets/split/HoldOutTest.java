package dev.eman.datasets.split;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.SubsetDataset;
import dev.eman.datasets.reader.ImageFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldOutTest {
  private static final LabelsOnly DATA = LabelsOnly.ofCounts("photos", 50, 10, 3, 2, 1);
  private static final ImmutableIntArray NONE = ImmutableIntArray.of();

  @TempDir private Path folder;

  @Test
  void draw_fifth_isAFifthOfEachClassButNeverAll() {
    HoldOut held = HoldOut.draw(DATA, 0.2, 0, NONE);
    assertArrayEquals(new int[] {10, 2, 1, 1, 0}, DATA.counts(held.positions().asList()));
    assertArrayEquals(
        new int[] {49, 9, 2, 1, 0},
        DATA.counts(HoldOut.draw(DATA, 0.99, 0, NONE).positions().asList()));
  }

  @Test
  void draw_partThatIsNotWhole_isRounded() {
    LabelsOnly data = LabelsOnly.ofCounts("photos", 8, 7);
    // 1.6 and 1.4 images.
    assertArrayEquals(
        new int[] {2, 1}, data.counts(HoldOut.draw(data, 0.2, 0, NONE).positions().asList()));
  }

  @Test
  void draw_manySeeds_eachImageAsOften() {
    LabelsOnly data = LabelsOnly.ofCounts("photos", 3);
    int[] held = new int[3];
    for (int seed = 0; seed < 3000; seed++) {
      held[HoldOut.draw(data, 0.3, seed, NONE).positions().get(0)]++;
    }
    for (int count : held) {
      assertEquals(1000, count, 5 * 26, "within five standard deviations");
    }
  }

  @Test
  void draw_sameSeed_sameImages() {
    HoldOut held = HoldOut.draw(DATA, 0.2, 3, NONE);
    assertEquals(held, HoldOut.draw(DATA, 0.2, 3, NONE));
    assertNotEquals(held.positions(), HoldOut.draw(DATA, 0.2, 4, NONE).positions());
  }

  @Test
  void trainAndTest_haveEachImageOnceWithItsLabel() {
    HoldOut held = HoldOut.draw(DATA, 0.2, 0, NONE);
    TreeSet<String> names = new TreeSet<>();
    for (ImageDataset part : List.of(held.train(DATA), held.test(DATA))) {
      for (int i = 0; i < part.size(); i++) {
        assertTrue(names.add(part.imageName(i)), part.imageName(i));
        int position = Integer.parseInt(part.imageName(i).substring("photos#".length()));
        assertEquals(DATA.label(position), part.label(i));
      }
    }
    assertEquals(DATA.size(), names.size());
    assertNotEquals(held.train(DATA).fingerprint(), held.test(DATA).fingerprint());
  }

  @Test
  void draw_keptImages_areNotHeldOut() {
    ImmutableIntArray kept =
        ImmutableIntArray.copyOf(IntStream.range(0, DATA.size()).filter(i -> i % 2 == 0));
    HoldOut held = HoldOut.draw(DATA, 0.4, 0, kept);
    held.positions().forEach(position -> assertEquals(1, position % 2));
    LabelSplit listed =
        new LabelSplit(
            DATA.name(),
            DATA.fingerprint(),
            DATA.size(),
            "",
            UnlabeledPool.ALL,
            kept,
            NONE,
            ImmutableIntArray.of(),
            null,
            null);
    LabelSplit within = listed.within(held.train(DATA));
    assertEquals(kept.length(), within.labeled().length());
    assertEquals(held.train(DATA).size(), within.unlabeled().length());
    assertEquals(
        kept.stream().mapToObj(DATA::imageName).toList(),
        within.labeled().stream().mapToObj(held.train(DATA)::imageName).toList());
  }

  /** Files of one class, some with the same bytes: each text is a file's content. */
  private ImageFolder photos(Map<String, List<String>> contents) throws IOException {
    for (Map.Entry<String, List<String>> images : contents.entrySet()) {
      Path root = Files.createDirectories(folder.resolve("photos").resolve(images.getKey()));
      int number = 0;
      for (String content : images.getValue()) {
        Files.writeString(root.resolve(String.format(Locale.ROOT, "%03d.jpg", number++)), content);
      }
    }
    return ImageFolder.open(folder.resolve("photos"), "photos", null);
  }

  private static List<String> twice(String prefix, int count) {
    return IntStream.range(0, 2 * count).mapToObj(i -> prefix + (100 + i % count)).toList();
  }

  private List<String> contents(ImageDataset part) throws IOException {
    List<String> contents = new ArrayList<>();
    for (int i = 0; i < part.size(); i++) {
      contents.add(Files.readString(folder.resolve("photos").resolve(part.imageName(i))));
    }
    return contents;
  }

  @Test
  void draw_copies_onOneSide() throws IOException {
    String large = "x".repeat(10_000); // Their ends alone are looked at first.
    ImageDataset data =
        photos(Map.of("cat", twice("a cat ", 20), "dog", twice(large + "a dog ", 5)));
    for (int seed = 0; seed < 20; seed++) {
      HoldOut held = HoldOut.draw(data, 0.2, seed, NONE);
      assertEquals(10, held.positions().length(), held::toString);
      List<String> trained = contents(held.train(data));
      for (String content : contents(held.test(data))) {
        assertFalse(trained.contains(content), content);
      }
      assertEquals("0.2 of each class, copies on one side, seed " + seed, held.origin());
    }
  }

  @Test
  void draw_sameSizesAndEnds_areNoCopies() throws IOException {
    String tail = "x".repeat(10_000);
    ImageDataset data =
        photos(
            Map.of(
                "cat", IntStream.range(0, 50).mapToObj(i -> (100 + i) + tail).toList(),
                "dog", IntStream.range(0, 10).mapToObj(i -> (200 + i) + tail).toList()));
    HoldOut held = HoldOut.draw(data, 0.2, 3, NONE);
    assertEquals("0.2 of each class, seed 3", held.origin());
    assertEquals(12, held.positions().length());
  }

  @Test
  void draw_filesWithoutCopies_asEver() throws IOException {
    ImageDataset data =
        photos(
            Map.of(
                "cat", IntStream.range(0, 50).mapToObj(i -> "cat " + i).toList(),
                "dog", IntStream.range(0, 10).mapToObj(i -> "dog " + i).toList()));
    // As they were drawn before copies were looked for: saved runs and seeds depend on it.
    assertEquals(
        ImmutableIntArray.of(0, 4, 14, 23, 24, 27, 28, 29, 38, 43, 54, 56),
        HoldOut.draw(data, 0.2, 3, NONE).positions());
  }

  @Test
  void draw_onlyCopies_smallestGroupIsHeldOut() throws IOException {
    ImageDataset data =
        photos(Map.of("cat", twice("cat ", 3), "dog", List.of("a dog", "a dog", "a dog")));
    HoldOut held = HoldOut.draw(data, 0.2, 0, NONE);
    // One image is a fifth of six, but each is there twice; all dogs are the same one.
    assertEquals(2, held.positions().length());
    assertTrue(held.test(data).imageName(0).startsWith("cat/"));
    ImageDataset dogs = SubsetDataset.of(data, ImmutableIntArray.of(6, 7, 8), "dogs");
    String refused =
        assertThrows(DatasetException.class, () -> HoldOut.draw(dogs, 0.2, 0, NONE)).getMessage();
    assertTrue(refused.contains("at least two images that are no copies of each other"), refused);
  }

  @Test
  void draw_copiesOfOtherClassesOrKept_areTrainedOn() throws IOException {
    ImageDataset data =
        photos(
            Map.of(
                "cat", List.of("both", "cat 1", "cat 2", "cat 3", "cat 1"),
                "dog", List.of("both", "dog 1", "dog 2", "dog 3")));
    for (int seed = 0; seed < 20; seed++) {
      HoldOut held = HoldOut.draw(data, 0.6, seed, ImmutableIntArray.of(1));
      List<String> tested = contents(held.test(data));
      assertFalse(tested.contains("both"), tested::toString);
      assertFalse(tested.contains("cat 1"), tested::toString); // A copy of the one that is kept.
    }
  }

  @Test
  void draw_nothingToHoldOut_refused() {
    LabelsOnly singles = LabelsOnly.ofCounts("photos", 1, 1);
    DatasetException refused =
        assertThrows(DatasetException.class, () -> HoldOut.draw(singles, 0.2, 0, NONE));
    assertTrue(
        refused.getMessage().startsWith("photos: expected classes of at least two images"),
        refused.getMessage());
  }

  @Test
  void saveLoad_sameDataOnly() throws IOException {
    HoldOut held = HoldOut.draw(DATA, 0.2, 0, NONE);
    Path file = folder.resolve("holdout.split");
    held.save(file);
    assertEquals(held, HoldOut.load(file, DATA));
    LabelsOnly others = LabelsOnly.ofCounts("others", 50, 10, 3, 2, 2);
    assertTrue(
        assertThrows(DatasetException.class, () -> HoldOut.load(file, others))
            .getMessage()
            .contains("expected the images that the hold-out was made of (66,"));
    List<String> lines = Files.readAllLines(file);
    lines.remove(lines.size() - 1);
    Files.write(file, lines);
    assertTrue(
        assertThrows(DatasetException.class, () -> HoldOut.load(file, DATA))
            .getMessage()
            .contains("is damaged"));
  }
}
