package dev.eman.datasets.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.split.LabelFile;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.datasets.split.UnlabeledPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A flat folder of photos and a table of labels. */
final class LabeledByTableTest {
  private static final DataDirectories HERE = DataDirectories.of(null);

  @TempDir Path root;
  private Path photos;
  private Path table;

  @BeforeEach
  void photos() throws IOException {
    photos = Files.createDirectories(root.resolve("photos"));
    table = root.resolve("labels.csv");
    for (int i = 0; i < 10; i++) {
      Files.write(photos.resolve("p" + i + ".jpg"), new byte[i + 1]);
    }
  }

  private DatasetProvider labeled(String... lines) throws IOException {
    Files.write(table, List.of(lines));
    return LabeledByTable.over(new FolderProvider(root.resolve("photos")), table);
  }

  private static List<String> content(ImageDataset data) {
    return IntStream.range(0, data.size())
        .mapToObj(
            i ->
                data.imageName(i)
                    + (data.label(i) < 0 ? "" : "=" + data.classNames().get(data.label(i))))
        .toList();
  }

  @Test
  void open_labelsForSome_othersUnlabeled() throws IOException {
    DatasetProvider data =
        labeled("id,label", "p3,dog", "photos/p1.jpg,cat", "/elsewhere/p5.jpg,cat");
    ImageDataset train = data.open(Part.TRAIN, HERE);
    assertEquals(List.of("p1.jpg=cat", "p3.jpg=dog", "p5.jpg=cat"), content(train));
    ImageDataset others = data.open(Part.UNLABELED, HERE);
    assertEquals(
        List.of("p0.jpg", "p2.jpg", "p4.jpg", "p6.jpg", "p7.jpg", "p8.jpg", "p9.jpg"),
        content(others));
    assertTrue(others.classNames().isEmpty());
    assertEquals(List.of(table + ": labels 3 of 10 images for train: cat 2, dog 1"), train.notes());
    assertFalse(data.isPresent(Part.TEST, HERE));
    assertThrows(DatasetException.class, () -> data.open(Part.TEST, HERE));
    LabelSplit split = LabelFile.split(train, table, 0, 0, UnlabeledPool.ALL);
    assertEquals(List.of(0, 1, 2), split.labeled().asList());
  }

  @Test
  void open_parts_testNeverWithoutLabels() throws IOException {
    DatasetProvider data =
        labeled(
            "image,label,split",
            "p0,a,train",
            "p1,b,val",
            "p2,a,test",
            "p3,,test",
            "p4,,train",
            "p5,b,train");
    ImageDataset train = data.open(Part.TRAIN, HERE);
    assertEquals(List.of("p0.jpg=a", "p1.jpg=b", "p5.jpg=b"), content(train));
    assertEquals(List.of("p2.jpg=a"), content(data.open(Part.TEST, HERE)));
    assertEquals(
        List.of("p4.jpg", "p6.jpg", "p7.jpg", "p8.jpg", "p9.jpg"),
        content(data.open(Part.UNLABELED, HERE)));
    LabelSplit split = LabelFile.split(train, table, 0, 0, UnlabeledPool.ALL);
    assertEquals(List.of(0, 2), split.labeled().asList());
    assertEquals(List.of(1), split.validation().asList());
    assertTrue(
        assertThrows(
                DatasetException.class,
                () -> LabelFile.split(train, table, 0.5, 0, UnlabeledPool.ALL))
            .getMessage()
            .contains("omit --validation"));
  }

  @Test
  void open_flatTestFolder_asTheTableSaysAndElseNotTrainedOn() throws IOException {
    Path test = Files.createDirectories(photos.resolve("test"));
    Files.write(test.resolve("t1.jpg"), new byte[3]);
    Files.write(test.resolve("t2.jpg"), new byte[4]);
    DatasetProvider data =
        labeled("image,label,split", "p0,a,train", "p1,b,train", "test/t1.jpg,a,test");
    assertEquals(List.of("p0.jpg=a", "p1.jpg=b"), content(data.open(Part.TRAIN, HERE)));
    assertEquals(List.of("test/t1.jpg=a"), content(data.open(Part.TEST, HERE)));
    assertEquals(8, data.open(Part.UNLABELED, HERE).size());
    assertEquals(List.of(), data.notes(), "the folder serves as the table says");
  }

  @Test
  void open_validationWithoutTest_isTest() throws IOException {
    DatasetProvider data = labeled("image,label,split", "p0,a,train", "p1,b,val");
    assertEquals(List.of("p1.jpg=b"), content(data.open(Part.TEST, HERE)));
    assertEquals(List.of("p0.jpg=a"), content(data.open(Part.TRAIN, HERE)));
  }

  @Test
  void open_rowsWithoutImage_refused() throws IOException {
    DatasetProvider data = labeled("image,label", "p1,a", "q1,a", "q2,b", "q3,");
    String message =
        assertThrows(DatasetException.class, () -> data.open(Part.TRAIN, HERE)).getMessage();
    assertTrue(message.contains("labels.csv, row 3: expected an image of"), message);
    assertTrue(message.contains("found q1, which is not in it; 1 other row has"), message);
  }

  @Test
  void open_severalImagesOfOneName_refused() throws IOException {
    Path unlabeled = Files.createDirectories(photos.resolve("unlabeled/more")).getParent();
    for (String name : List.of("p1.jpg", "more/p1.jpg", "p2.jpg", "p2.png")) {
      Files.write(unlabeled.resolve(name), new byte[3]);
    }
    DatasetProvider data = labeled("image,label", "p1.jpg,a", "more/p1,a", "p2,a");
    String message =
        assertThrows(DatasetException.class, () -> data.open(Part.TRAIN, HERE)).getMessage();
    assertTrue(message.contains("row 4: expected a name that one image"), message);
    assertTrue(message.contains("p2.jpg and p2.png"), message);
    assertEquals(
        List.of("p1.jpg=a", "more/p1.jpg=b"),
        content(labeled("image,label", "p1.jpg,a", "more/p1,b").open(Part.TRAIN, HERE)));
  }

  /** The parts are matched with the table again, each without the other's images. */
  @Test
  void split_partsWithImagesOfOneName_eachByItsPath() throws IOException {
    Path unlabeled = Files.createDirectories(photos.resolve("unlabeled/b/c")).getParent();
    for (String name : List.of("../p1.jpg", "p1.jpg", "c/p1.jpg")) {
      Files.write(unlabeled.resolve(name), new byte[3]);
    }
    for (int test = 1; test <= 3; test++) {
      String[] rows = {"image,label,split", "p1.jpg,a,train", "b/p1,b,train", "b/c/p1.jpg,c,train"};
      rows[test] = rows[test].replace("train", "test");
      try (ImageDataset train = labeled(rows).open(Part.TRAIN, HERE)) {
        LabelSplit split = LabelFile.split(train, table, 0, 0, UnlabeledPool.ALL);
        assertEquals(List.of(0, 1), split.labeled().asList(), rows[test]);
        assertTrue(split.leftOut().isEmpty(), rows[test]);
      }
    }
  }

  @Test
  void open_oneImageTwoLabels_refused() throws IOException {
    DatasetProvider data = labeled("image,label", "p1.jpg,a", "p1,b");
    String message =
        assertThrows(DatasetException.class, () -> data.open(Part.TRAIN, HERE)).getMessage();
    assertTrue(message.contains("row 3: expected one label"), message);
    assertEquals(
        List.of("p1.jpg=a"),
        content(labeled("image,label", "p1,a", "p1.jpg,a").open(Part.TRAIN, HERE)));
  }

  @Test
  void over_tableWithPositionsToo_byItsImages() throws IOException {
    DatasetProvider data = labeled("Index,image,label", "0,p3.jpg,dog", "1,p1.jpg,cat");
    ImageDataset train = data.open(Part.TRAIN, HERE);
    assertEquals(List.of("p1.jpg=cat", "p3.jpg=dog"), content(train));
    // The positions are not those of the images that have a label.
    assertThrows(
        DatasetException.class, () -> LabelFile.split(train, table, 0, 0, UnlabeledPool.ALL));
  }

  @Test
  void over_dataWithLabelsOrNoTable_unchanged() throws IOException {
    Files.write(table, List.of("Index", "0"));
    DatasetProvider flat = new FolderProvider(root.resolve("photos"));
    assertSame(flat, LabeledByTable.over(flat, table));
    assertSame(flat, LabeledByTable.over(flat, root.resolve("list.txt")));
    Files.createDirectories(root.resolve("photos/train/cat"));
    DatasetProvider classes = new FolderProvider(root.resolve("photos"));
    Files.write(table, List.of("image,label", "p1,a"));
    assertSame(classes, LabeledByTable.over(classes, table));
  }
}
