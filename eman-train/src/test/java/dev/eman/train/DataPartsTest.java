package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.TrainingOptionsBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training set's classes number those of the test set, whatever folders it has. */
class DataPartsTest {
  @TempDir private Path photos;

  @BeforeEach
  void writeTrainingImages() throws IOException {
    for (String colour : List.of("blue", "green", "red")) {
      for (int i = 0; i < 4; i++) {
        image("train/" + colour + "/" + i + ".png");
      }
    }
  }

  private void image(String name) throws IOException {
    Path file = photos.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[] {1}); // Opening decodes no image.
  }

  private DataParts open() {
    return DataParts.open(options().build());
  }

  private TrainingOptionsBuilder options() {
    return TrainingOptions.builder("supervised").dataset(photos.toString());
  }

  /** Every test image's label, by its name. */
  private static TreeMap<String, Integer> labels(ImageDataset data) {
    TreeMap<String, Integer> labels = new TreeMap<>();
    for (int i = 0; i < data.size(); i++) {
      labels.put(data.imageName(i), data.label(i));
    }
    return labels;
  }

  private void assertRefused(String... parts) {
    DatasetException refused = assertThrows(DatasetException.class, () -> open().close());
    for (String part : parts) {
      assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
  }

  @Test
  void open_flatFolderAndTable_labelsOfTheTable(@TempDir Path flat) throws IOException {
    for (int i = 0; i < 4; i++) {
      Files.write(flat.resolve("p" + i + ".jpg"), new byte[] {1});
    }
    Path table = flat.resolve("labels.csv");
    Files.write(table, List.of("id,label,split", "p0,cat,train", "p1,dog,train", "p2,cat,test"));
    TrainingOptions options =
        TrainingOptions.builder("supervised").dataset(flat.toString()).labelsFile(table).build();
    try (DataParts data = DataParts.open(options)) {
      assertEquals("{p0.jpg=0, p1.jpg=1}", labels(data.train()).toString());
      assertEquals("{p2.jpg=0}", labels(data.test()).toString());
      LabelSplit split = RunSplit.of(options, data.provider(), data.train(), data.directories());
      assertEquals(List.of(0, 1), split.labeled().asList());
    }
  }

  @Test
  void open_tableAndImagesElsewhere_foundThere() throws IOException {
    Path table = photos.resolve("lists/train.tsv");
    Files.createDirectories(table.getParent());
    Files.write(table, List.of("image\tlabel\tset", "blue/0\t10\ttrain", "red\\1.png\t9\tval"));
    TrainingOptions options =
        TrainingOptions.builder("supervised")
            .dataset(table.toString())
            .images(photos.resolve("train"))
            .build();
    DatasetException other =
        assertThrows(DatasetException.class, () -> DataParts.open(options).close());
    assertTrue(other.getMessage().contains("found 9;"), other.getMessage());
    Files.writeString(table, "green/2\t9\ttrain\n", StandardOpenOption.APPEND);
    try (DataParts data = DataParts.open(options)) {
      assertEquals("{blue/0.png=1, green/2.png=0}", labels(data.train()).toString());
      assertEquals("{red/1.png=0}", labels(data.test()).toString());
    }
  }

  @Test
  void open_testLacksClasses_labelsTheOthersAsInTraining() throws IOException {
    image("test/green/a.png");
    image("test/red/b.png");
    try (DataParts data = open()) {
      assertEquals("{green/a.png=1, red/b.png=2}", labels(data.test()).toString());
      assertEquals(List.of("blue", "green", "red"), data.test().classNames());
      assertEquals(
          List.of(
              photos.resolve("test") + ": no images of blue; accuracies are of the other classes"),
          data.notes());
    }
  }

  @Test
  void open_testHasOtherClasses_refusedByName() throws IOException {
    image("test/azure/a.png");
    image("test/blue/b.png");
    image("test/crimson/c.png");
    assertRefused(photos.resolve("test").toString(), "(blue, green, red)", "found azure, crimson;");
  }

  @Test
  void open_classInTestAlone_refusedByName() throws IOException {
    for (String colour : List.of("blue", "green", "red", "violet")) {
      image("test/" + colour + "/a.png");
    }
    assertRefused("found violet;");
  }

  @Test
  void open_emptyTest_refusedByName() throws IOException {
    Files.createDirectories(photos.resolve("test"));
    assertRefused("in " + photos.resolve("test") + ", found none");
  }

  @Test
  void open_checkpointsFolderInTest_shiftsNoLabels() throws IOException {
    image("test/.ipynb_checkpoints/a.png");
    for (String colour : List.of("blue", "green", "red")) {
      image("test/" + colour + "/a.png");
    }
    try (DataParts data = open()) {
      assertEquals("{blue/a.png=0, green/a.png=1, red/a.png=2}", labels(data.test()).toString());
    }
  }

  @Test
  void open_oneClass_refusedForClassifiers() throws IOException {
    photos = Files.createDirectory(photos.resolve("one"));
    image("train/blue/1.png");
    String refused = "expected at least two classes to tell apart, found only blue; give";
    assertRefused(refused); // Not sent to --holdout, which does not help.
    image("test/blue/1.png");
    assertRefused(refused);
  }

  @Test
  void open_classesFromAFile_mustHaveThoseOfTheImages() throws IOException {
    image("test/red/a.png");
    Path file = photos.resolve("classes.txt");
    Files.writeString(file, "red\nblue\n");
    DatasetException refused =
        assertThrows(
            DatasetException.class, () -> DataParts.open(options().classes(file).build()).close());
    assertTrue(
        refused.getMessage().contains("only classes of " + file + " (red, blue), found green"),
        refused.getMessage());
    Files.writeString(file, "red\ngreen\nblue\n");
    try (DataParts data = DataParts.open(options().classes(file).build())) {
      assertEquals("{red/a.png=0}", labels(data.test()).toString());
    }
  }
}
