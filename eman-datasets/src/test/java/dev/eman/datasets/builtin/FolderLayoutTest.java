package dev.eman.datasets.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of folders that are not the usual ones, and images that are in none. */
final class FolderLayoutTest {
  private static final DataDirectories HERE = DataDirectories.of(null);

  @TempDir Path root;

  private FolderProvider folders(String... images) throws IOException {
    for (String image : images) {
      Path file = root.resolve(image);
      Files.createDirectories(file.getParent());
      Files.writeString(file, image);
    }
    return new FolderProvider(root);
  }

  private static List<String> names(FolderProvider data, Part part) {
    try (ImageDataset images = data.open(part, HERE)) {
      return IntStream.range(0, images.size()).mapToObj(images::imageName).toList();
    }
  }

  private static List<String> classes(FolderProvider data, Part part) {
    try (ImageDataset images = data.open(part, HERE)) {
      return images.classNames();
    }
  }

  @Test
  void open_flatTestBesideLooseImages_notTrainedOn() throws IOException {
    FolderProvider data = folders("1.png", "2.png", "test/3.png", "Validation/4.png");
    assertEquals(ImmutableSet.of(Part.UNLABELED), data.parts());
    assertEquals(List.of("1.png", "2.png"), names(data, Part.UNLABELED));
    assertEquals(
        List.of(
            root.resolve("test")
                + " has no class folders: it is no test set; classify its images with eman predict",
            root.resolve("Validation")
                + " has no class folders: it is no test set; classify its images with eman"
                + " predict, or rename it if it is a class"),
        data.notes());
  }

  @Test
  void open_flatTestAlone_noTrainingSet() throws IOException {
    FolderProvider data = folders("test/1.png");
    String message =
        assertThrows(DatasetException.class, () -> data.open(Part.TRAIN, HERE)).getMessage();
    assertTrue(message.startsWith("expected a folder for each class"), message);
  }

  @Test
  void open_testInAnUnlabeledFolder_itsNameMeansNothing() throws IOException {
    FolderProvider data = folders("a/1.png", "unlabeled/test/2.png", "unlabeled/3.png");
    assertEquals(List.of("3.png", "test/2.png"), names(data, Part.UNLABELED));
  }

  @ParameterizedTest
  @CsvSource({
    "Training, Testing",
    "Train, Test",
    "TRAIN, VAL",
    "training, validation",
    "train, Valid"
  })
  void open_unusualNames_partsWithANote(String train, String test) throws IOException {
    FolderProvider data =
        folders(train + "/a/1.png", train + "/b/2.png", test + "/a/3.png", "Unlabelled/4.png");
    assertEquals(ImmutableSet.of(Part.TRAIN, Part.TEST, Part.UNLABELED), data.parts());
    assertEquals(List.of("a", "b"), classes(data, Part.TRAIN));
    assertEquals(List.of("a/3.png"), names(data, Part.TEST));
    assertEquals(List.of("4.png"), names(data, Part.UNLABELED));
    String notes = String.join("\n", data.notes());
    assertEquals(
        !train.equals("train"),
        notes.contains(root.resolve(train) + " is taken for the training set"),
        notes);
    assertEquals(
        !test.equals("validation"),
        notes.contains(root.resolve(test) + " is taken for the test set"),
        notes);
    assertTrue(
        notes.contains(root.resolve("Unlabelled") + " is taken for images without labels"), notes);
  }

  @Test
  void open_unusualTestBesideClasses_testSet() throws IOException {
    FolderProvider data = folders("cat/1.png", "dog/2.png", "Test/cat/3.png");
    assertEquals(List.of("cat", "dog"), classes(data, Part.TRAIN));
    assertEquals(List.of("cat"), classes(data, Part.TEST));
    assertEquals(List.of(root.resolve("Test") + " is taken for the test set"), data.notes());
  }

  @ParameterizedTest
  @CsvSource({"Valid, Invalid", "Testing, Idle", "Validation, sales", "TEST, other"})
  void open_flatUnusualTestBesideClasses_class(String unusual, String other) throws IOException {
    FolderProvider data = folders(unusual + "/1.png", other + "/2.png", "val/" + other + "/3.png");
    assertEquals(ImmutableSet.of(unusual, other), ImmutableSet.copyOf(classes(data, Part.TRAIN)));
    assertEquals(List.of(other), classes(data, Part.TEST));
    assertEquals(
        List.of(
            root.resolve(unusual)
                + " is taken for a class, as there are folders of images beside it; if its images"
                + " are to be classified, rename it to test"),
        data.notes());
  }

  @Test
  void open_flatUsualTestBesideClasses_noClass() throws IOException {
    FolderProvider data = folders("valid/1.png", "cat/2.png", "dog/3.png");
    assertEquals(List.of("cat", "dog"), classes(data, Part.TRAIN));
    assertEquals(
        List.of(
            root.resolve("valid")
                + " has no class folders: it is no test set; classify its images with eman"
                + " predict"),
        data.notes());
  }

  @Test
  void open_unusualTrainBesideOtherFolders_byTheTestSet() throws IOException {
    FolderProvider sports = folders("Running/ann/1.png", "Training/bob/2.png");
    assertEquals(List.of("Running", "Training"), classes(sports, Part.TRAIN));
    assertEquals(
        List.of(
            root.resolve("Training")
                + " is taken for a class, as there are folders of images beside it; if it is the"
                + " training set, rename it to train"),
        sports.notes());
    FolderProvider parts = folders("Testing/bob/3.png");
    assertEquals(List.of("bob"), classes(parts, Part.TRAIN));
    assertTrue(
        parts.notes().contains(root + ": folders beside Training, which are not used: Running"),
        parts.notes().toString());
  }

  @ParameterizedTest
  @CsvSource({"labeled, unlabeled", "Labelled, Unlabelled"})
  void open_labeledBesideUnlabeled_trainingSetWithANote(String labeled, String unlabeled)
      throws IOException {
    FolderProvider data =
        folders(labeled + "/cat/1.png", labeled + "/dog/2.png", unlabeled + "/3.png");
    assertEquals(List.of("cat", "dog"), classes(data, Part.TRAIN));
    assertEquals(List.of("3.png"), names(data, Part.UNLABELED));
    assertEquals(root.resolve(labeled) + " is taken for the training set", data.notes().get(0));
  }

  @Test
  void open_labeledThatMayBeAClass_class() throws IOException {
    FolderProvider alone = folders("labeled/cat/1.png");
    assertEquals(List.of("labeled"), classes(alone, Part.TRAIN));
    folders("unlabeled/2.png", "labeled/3.png");
    assertEquals(List.of("labeled"), classes(new FolderProvider(root), Part.TRAIN));
    Files.delete(root.resolve("labeled/3.png"));
    assertEquals(List.of("blank", "labeled"), classes(folders("blank/4.png"), Part.TRAIN));
  }

  @Test
  void open_flatUnusualFolders_noClasses() throws IOException {
    FolderProvider data = folders("Train/1.png", "Test/2.png");
    assertEquals(ImmutableSet.of(Part.UNLABELED), data.parts());
    assertEquals(List.of("1.png"), names(data, Part.UNLABELED));
    assertEquals(
        root.resolve("Train") + " is taken for images without labels", data.notes().get(0));
    String message =
        assertThrows(DatasetException.class, () -> data.open(Part.TRAIN, HERE)).getMessage();
    assertTrue(message.contains("put the images of each class into a folder"), message);
  }

  @Test
  void open_twoSpellings_theUsualOneAndANote() throws IOException {
    FolderProvider data = folders("Training/a/1.png", "train/a/2.png", "train/b/3.png");
    assertEquals(List.of("a/2.png", "b/3.png"), names(data, Part.TRAIN));
    assertEquals(
        List.of(root + ": folders beside train, which are not used: Training"), data.notes());
  }

  @Test
  void notes_looseImagesBesideParts_named() throws IOException {
    String note = root + ": images beside the folders, which are not used; to learn from them";
    for (String part : List.of("train/a/1.png", "unlabeled/2.png")) {
      FolderProvider data = folders(part, "loose.png");
      assertEquals(1, data.notes().size(), data.notes().toString());
      assertTrue(data.notes().get(0).startsWith(note), data.notes().toString());
    }
  }
}
