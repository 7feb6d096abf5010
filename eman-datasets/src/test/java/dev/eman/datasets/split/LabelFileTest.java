package dev.eman.datasets.split;

import static dev.eman.datasets.split.LabelSplitTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.ImageSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LabelFileTest {
  private static final LabelsOnly NAMED =
      LabelsOnly.named("cat/1.jpg", "cat/2.jpg", "cat/3.jpg", "cat/1.png");

  @TempDir Path folder;

  private LabelSplit split(LabelsOnly data, String name, double validation, String... lines)
      throws IOException {
    Path file = Files.write(folder.resolve(name), List.of(lines));
    return LabelFile.split(data, file, validation, 0, UnlabeledPool.REST);
  }

  @Test
  void split_tableOfLabels_thoseWithLabel() throws IOException {
    LabelSplit split =
        split(NAMED, "l.csv", 0, "filename;class", "3;class0", "photos/cat/1.jpg;class0", "2.jpg;");
    assertEquals(List.of(0, 2), split.labeled().asList());
    assertEquals(List.of(1, 3), split.unlabeled().asList());
    assertEquals("table l.csv", split.origin());
  }

  @Test
  void split_otherClassThanTheData_refused() {
    assertMessage(
        () -> split(NAMED, "l.tsv", 0, "image\tlabel", "2.jpg\tclass0", "3.jpg\tdog", "1.png\tcow"),
        "l.tsv, row 3: cat/3.jpg: expected the class 'class0', as photos has it, found 'dog';"
            + " 1 other row has");
    assertMessage(
        () -> split(NAMED, "l.csv", 0, "image,label", "1,class0"), "cat/1.jpg and cat/1.png");
    assertMessage(() -> split(NAMED, "l.csv", 0, "image,label", "2,"), "found none");
    assertMessage(() -> split(NAMED, "l.csv", 0, "image,label", "9,class0"), "which is not in it");
  }

  @Test
  void split_otherUnicodeForm_saysSo() throws IOException {
    String advice = "the same letters in another Unicode form; rename, or save the table in that";
    ImmutableIntArray one = ImmutableIntArray.of(0);
    ImageDataset data =
        new ImageSelection(
            LabelsOnly.named("Ka\u0308fer/a\u0308.jpg"),
            "photos",
            ImmutableList.of("Ka\u0308fer"),
            one,
            one,
            ImmutableList.of());
    Path file = folder.resolve("l.csv");
    for (String row : List.of("Ka\u0308fer/a\u0308.jpg,K\u00e4fer", "\u00e4,K\u00e4fer")) {
      Files.write(file, List.of("image,label", row));
      assertMessage(() -> LabelFile.split(data, file, 0, 0, UnlabeledPool.REST), "row 2", advice);
    }
  }

  @Test
  void split_tableWithTestRows_leftOut() throws IOException {
    String[] rows = {
      "image,label,split", "2.jpg,class0,train", "cat/3.jpg,,test", "cat/1.jpg,other,testing"
    };
    for (UnlabeledPool pool : List.of(UnlabeledPool.ALL, UnlabeledPool.REST)) {
      Path file = Files.write(folder.resolve("l.csv"), List.of(rows));
      LabelSplit split = LabelFile.split(NAMED, file, 0, 0, pool);
      assertEquals(List.of(1), split.labeled().asList());
      assertEquals(List.of(0, 2), split.leftOut().asList());
      assertEquals(
          pool == UnlabeledPool.ALL ? List.of(1, 3) : List.of(3), split.unlabeled().asList());
    }
    assertMessage(
        () ->
            split(
                NAMED, "l.csv", 0, "image,label,split", "2.jpg,class0,train", "2.jpg,class0,test"),
        "l.csv, row 3: expected one label and part for cat/2.jpg, found test, 'class0' here",
        "decide on one, and remove the other row, or give paths that lead to its test folder");
    String twoLabels =
        assertThrows(
                DatasetException.class,
                () -> split(NAMED, "l.csv", 0, "image,label", "2.jpg,class0", "2.jpg,dog"))
            .getMessage();
    assertFalse(twoLabels.contains("test folder"), twoLabels);
  }

  @Test
  void split_testRowsOfATestFolder_notTheTrainingImagesOfThatName() throws IOException {
    LabelSplit split =
        split(
            NAMED,
            "l.csv",
            0,
            "image,label,split",
            "train/cat/1.jpg,class0,train",
            "test/cat/1.jpg,class0,test",
            "test/cat/2.jpg,,test",
            "test/images/cat/2.jpg,,test",
            "Val/cat/3.jpg,class0,val",
            "old/test/photos/cat/1.png,,test");
    assertEquals(List.of(0), split.labeled().asList());
    assertEquals(List.of(), split.validation().asList());
    assertEquals(List.of(3), split.leftOut().asList());
  }

  @Test
  void split_validationBesideTestRows_stillLeftOut() throws IOException {
    LabelsOnly data = LabelsOnly.ofCounts("data", 10, 10);
    List<String> rows = new ArrayList<>(List.of("image,label,split"));
    for (int i = 0; i < 20; i++) {
      String label = data.classNames().get(data.label(i));
      rows.add(data.imageName(i) + "," + label + (i % 10 < 8 ? ",train" : ",test"));
    }
    LabelSplit split = split(data, "l.csv", 0.25, rows.toArray(String[]::new));
    assertEquals(12, split.labeled().length());
    assertEquals(4, split.validation().length());
    assertEquals(List.of(8, 9, 18, 19), split.leftOut().asList());
  }

  /** All of them compared with all rows would take longer, on a quiet machine too. */
  @Test
  void split_manyImagesOfOneFileName_inTimeThatGrowsWithTheirNumber() throws IOException {
    int count = 20_000;
    String[] names = new String[count];
    String[] below = new String[count + 1];
    String[] above = new String[count + 1];
    below[0] = "image,label";
    above[0] = "image,label,split";
    for (int i = 0; i < count; i++) {
      names[i] = "item" + i + "/main.jpg";
      below[i + 1] = "item" + i + "/main,class0";
      above[i + 1] = "photos/item" + i + "/main.jpg,class0," + (i % 2 == 0 ? "train" : "test");
    }
    LabelsOnly data = LabelsOnly.named(names);
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> {
          assertEquals(count, split(data, "below.csv", 0, below).labeled().length());
          assertEquals(count / 2, split(data, "above.csv", 0, above).leftOut().length());
        });
  }

  /** As {@code label} writes such names. */
  @Test
  void split_namesWithBlanksOrBackslashes_asTheyAre() throws IOException {
    LabelsOnly data = LabelsOnly.named(" a.png", "a.png", "b .png", "c\\d.png", "c/d.png");
    String[] rows = {"image,label", "\" a.png\",class0", "\"b \",class0", "c\\d.png,class0"};
    assertEquals(List.of(0, 2, 3), split(data, "l.csv", 0, rows).labeled().asList());
    String[] others = {"image,label", "\"a.png \",class0", "./c/d,class0"};
    assertEquals(List.of(1, 4), split(data, "l.csv", 0, others).labeled().asList());
    LabelsOnly slashes = LabelsOnly.named("c/d.png");
    assertEquals(
        List.of(0), split(slashes, "l.csv", 0, "image,label", ".\\c\\d,class0").labeled().asList());
  }

  @Test
  void split_indexTable_asBefore() throws IOException {
    assertEquals(
        List.of(0, 3), split(NAMED, "l.csv", 0, "Unnamed,Index", "0,3", "1,0").labeled().asList());
    assertMessage(() -> split(NAMED, "l.csv", 0, "Position", "0"), "found the columns Position");
  }

  @Test
  void split_validation_ofListsToo() throws IOException {
    LabelsOnly data = LabelsOnly.ofCounts("data", 10, 10, 10);
    String[] lines = new String[16];
    for (int i = 0; i < 16; i++) {
      lines[i] = data.imageName(i);
    }
    LabelSplit split = split(data, "l.txt", 0.25, lines);
    assertEquals(12, split.labeled().length());
    assertEquals(4, split.validation().length());
    assertTrue(split.validation().asList().stream().allMatch(i -> i < 16));
    assertTrue(split.validation().asList().stream().noneMatch(split.labeled()::contains));
    assertEquals("list l.txt, validation 0.25, seed 0", split.origin());
    assertArrayEquals(
        split.validation().toArray(), split(data, "l.txt", 0.25, lines).validation().toArray());
  }
}
