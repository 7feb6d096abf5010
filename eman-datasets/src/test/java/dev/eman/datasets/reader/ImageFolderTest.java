package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ReaderSamples.age;
import static dev.eman.datasets.reader.ReaderSamples.png;
import static dev.eman.datasets.reader.ReaderSamples.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.EmanException;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.Image;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class ImageFolderTest {
  @TempDir Path temporary;
  private Path root;

  @BeforeEach
  void makeFolder() throws IOException {
    root = temporary.resolve("data");
    write(root, "dog/1.png", png(0xff0000));
    write(root, "dog/2.png", png(0x00ff00));
    write(root, "cat/3.png", png(0x0000ff));
    age(root);
  }

  @Test
  void open_nestedFoldersAndMixedCase_torchvisionsOrder() throws IOException {
    write(root, "dog/10.PNG", png(1));
    write(root, "dog/b.JpEg", png(1));
    write(root, "dog/a/z.png", png(1));
    write(root, "dog/a-b/y.png", png(1));
    write(root, "dog/a/c/x.bmp", png(1));
    write(root, "dog/notes.txt", png(1));
    write(root, "Zebra/A.jpg", png(1));
    write(root, "loose.png", png(1));

    // sorted(os.walk(...)): a folder's own files first; '-' comes before '/'.
    assertEquals(
        List.of(
            "Zebra/A.jpg",
            "cat/3.png",
            "dog/1.png",
            "dog/10.PNG",
            "dog/2.png",
            "dog/b.JpEg",
            "dog/a/z.png",
            "dog/a-b/y.png",
            "dog/a/c/x.bmp"),
        names(open()));
    assertEquals(List.of("Zebra", "cat", "dog"), open().classNames());
    assertEquals(List.of(0, 1, 2, 2, 2, 2, 2, 2, 2), labels(open()));
  }

  @Test
  void open_namesBeyondAscii_sortedByCodePoint() throws IOException {
    assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "needs file names in UTF-8");
    // UTF-16 would sort U+1F600 (a surrogate pair) before U+FF5E.
    write(root, "\uff5e/\ud83d\ude00.png", png(1));
    write(root, "\uff5e/\uff5e.png", png(1));
    write(root, "\ud83d\ude00/\u00e9.png", png(0x123456));

    ImageDataset data = open();
    assertEquals(
        List.of(
            "cat/3.png",
            "dog/1.png",
            "dog/2.png",
            "\uff5e/\uff5e.png",
            "\uff5e/\ud83d\ude00.png",
            "\ud83d\ude00/\u00e9.png"),
        names(data));
    assertEquals(0x12, data.image(5).get(0, 0, 0));
  }

  @Test
  void read_pngs_pixelsInRgb() throws IOException {
    try (ImageDataset data = open()) {
      assertEquals("animals", data.name());
      assertEquals(3, data.channels());
      Image image = data.image(2);
      assertEquals("image [4, 5, 3]", image.toString());
      assertArrayEquals(
          new int[] {0, 255, 0}, new int[] {image.get(4, 3, 0), image.get(4, 3, 1), 0});
    }
  }

  @Test
  void read_fourThreads_sameAsSerial() throws Exception {
    for (int i = 0; i < 60; i++) {
      write(root, "dog/many" + i + ".png", png(i * 1234567));
    }
    assertSameFromFourThreads(open());
  }

  @Test
  void read_damagedGoneEmptyFile_errorNamesFile() throws IOException {
    Path damaged = write(root, "dog/1.png", "no image at all".getBytes(StandardCharsets.UTF_8));
    Path empty = write(root, "dog/2.png", new byte[0]);
    ImageDataset data = open();
    assertMessage(CorruptImageException.class, () -> data.image(1), damaged.toString());
    assertMessage(CorruptImageException.class, () -> data.image(2), empty.toString(), "empty");
    Files.delete(root.resolve("cat/3.png"));
    assertMessage(
        CorruptImageException.class, // So that --corrupt-images skip holds for it.
        () -> data.image(0),
        root.resolve("cat/3.png").toString(),
        "was there when");
  }

  @Test
  void read_fileGrownSinceListed_readWhole() throws IOException {
    write(root, "cat/3.png", new byte[1]);
    ImageDataset data = open();
    write(root, "cat/3.png", png(0x0000ff));
    assertEquals(255, data.image(0).get(0, 0, 2));
  }

  @Test
  void open_foldersThatAreNoClasses_shiftNoLabelsAndAreNamed() throws IOException {
    write(root, ".ipynb_checkpoints/1-checkpoint.png", png(1));
    write(root, "__MACOSX/dog/._1.png", png(1));
    write(root, "bird/readme.txt", new byte[3]);
    Files.createDirectories(root.resolve("cow"));
    ImageDataset data = open();
    assertEquals(List.of("cat/3.png", "dog/1.png", "dog/2.png"), names(data));
    assertEquals(List.of("cat", "dog"), data.classNames());
    assertEquals(List.of(0, 1, 1), labels(data));
    assertEquals(
        List.of(
            "animals: 1 file passed over: 1 .txt",
            "animals: folders passed over: .ipynb_checkpoints, __MACOSX",
            "animals: folders without images, which are no classes: bird, cow"),
        data.notes());
  }

  @Test
  void open_filesThatAreNoImages_countedByKind() throws IOException {
    String before = open().fingerprint();
    for (String name : List.of("a.heic", "b.HEIC", "c.psd", "README", "._1.png", "Thumbs.db")) {
      write(root, "dog/" + name, png(1));
    }
    write(root, "dog/.ipynb_checkpoints/1-checkpoint.png", png(1));
    write(root, "stray.png", png(1));
    Files.createSymbolicLink(root.resolve("dog/gone.png"), root.resolve("nowhere.png"));
    assertEquals(List.of("cat/3.png", "dog/1.png", "dog/2.png"), names(open()));
    assertEquals(before, open().fingerprint());
    assertEquals(
        List.of(
            "animals: 8 files passed over: 2 .heic, 2 hidden, 1 .psd, 1 linked to nothing, 1"
                + " outside of the class folders, 1 without an extension",
            "animals: folders passed over: .ipynb_checkpoints"),
        open().notes());
  }

  @Test
  void open_noImagesAtAll_errorNamesWhatThereIs() throws IOException {
    write(temporary, "heic/cat/1.heic", png(1));
    assertMessage(
        DatasetException.class,
        () -> ImageFolder.open(temporary.resolve("heic"), "heic", null),
        "expected a folder for each class with at least one image (",
        "in " + temporary.resolve("heic") + ", found none but 1 .heic; check the path");
  }

  @Test
  void open_missingRootOrNoClasses_error() throws IOException {
    Path missing = temporary.resolve("missing");
    assertMessage(
        DatasetException.class,
        () -> ImageFolder.open(missing, "animals", null),
        missing.toString(),
        "found nothing");
    Files.createDirectories(missing);
    assertMessage(
        DatasetException.class,
        () -> ImageFolder.open(missing, "animals", null),
        "expected a folder for each class",
        "in " + missing + ", found none");
    assertMessage(
        DatasetException.class,
        () -> ImageFolder.open(root.resolve("cat/3.png"), "animals", null),
        "found a file");
  }

  @Test
  void open_linkToOwnParent_error() throws IOException {
    Files.createSymbolicLink(root.resolve("dog/again"), root.resolve("dog"));
    assertMessage(
        DatasetException.class,
        this::open,
        root.resolve("dog/again") + ": ",
        "a link back to a folder that it lies in; remove the link");
  }

  @Test
  void open_classNameWithLineBreak_refusedByName() throws IOException {
    assumeTrue(root.getFileSystem().getSeparator().equals("/"), "Windows has no such names");
    write(root, "two\nlines/1.png", png(1));
    assertMessage(
        DatasetException.class,
        this::open,
        root + ": expected class names without line breaks",
        "found 'two\\nlines'");
  }

  @Test
  void open_imageNameWithLineBreakAndColon_isRead() throws IOException {
    assumeTrue(root.getFileSystem().getSeparator().equals("/"), "Windows has no such names");
    write(root, "cat/a\n\u001b[2J\t.png", png(0x123456));
    age(root);
    Path cache = temporary.resolve("cache");
    ImageFolder.open(root, "animals", cache);
    ImageDataset cached = ImageFolder.open(root, "animals", cache);
    assertEquals("cat/a\n\u001b[2J\t.png", cached.imageName(1));
    assertEquals(0x12, cached.image(1).toByteArray()[0]);
  }

  @Test
  void list_foldersAndLinks_asInTraining() throws IOException {
    write(root, "dog/deep/0.jpg", png(1));
    Files.createDirectory(root.resolve("dog/folder.png"));
    Files.createSymbolicLink(root.resolve("linked"), root.resolve("dog"));
    List<String> names =
        ImageFolder.list(root).stream().map(f -> root.relativize(f).toString()).toList();
    assertEquals(
        List.of(
            "cat/3.png",
            "dog/1.png",
            "dog/2.png",
            "dog/deep/0.jpg",
            "linked/1.png",
            "linked/2.png",
            "linked/deep/0.jpg"),
        names);
  }

  /** However their paths are written. */
  @Test
  void list_filesOfTheCaller_notCounted() throws IOException {
    write(root, "dog/notes.txt", png(1));
    write(root, "labels.csv", png(1));
    List<String> notes = new ArrayList<>();
    Path written = root.resolve("cat/../labels.csv");
    assertEquals(3, ImageFolder.list(root, Set.of(written), notes::add).size());
    assertEquals(List.of(root + ": 1 file passed over: 1 .txt"), notes);
    notes.clear();
    Path folder = root.resolve("dog/..");
    ImageFolder.list(folder, Set.of(root.resolve("labels.csv"), temporary), notes::add);
    assertEquals(List.of(folder + ": 1 file passed over: 1 .txt"), notes);
  }

  @Test
  void list_linkToAFolderAbove_error() throws IOException {
    Files.createSymbolicLink(root.resolve("dog/above"), root);
    assertMessage(
        DatasetException.class,
        () -> ImageFolder.list(root),
        root.resolve("dog/above") + ": ",
        "remove the link");
  }

  @Test
  void fingerprint_sameFilesElsewhere_same() throws IOException {
    Path copy = temporary.resolve("copy");
    write(copy, "cat/3.png", png(0x0000ff));
    write(copy, "dog/1.png", png(0xff0000));
    Path last = write(copy, "dog/2.png", png(0x00ff00));
    assertEquals(open().fingerprint(), ImageFolder.open(copy, "copy", null).fingerprint());
    Files.move(last, last.resolveSibling("3.png"));
    assertNotEquals(open().fingerprint(), ImageFolder.open(copy, "copy", null).fingerprint());
  }

  private ImageDataset open() {
    return ImageFolder.open(root, "animals", null);
  }

  static List<String> names(ImageDataset data) {
    return IntStream.range(0, data.size()).mapToObj(data::imageName).toList();
  }

  static List<Integer> labels(ImageDataset data) {
    return IntStream.range(0, data.size()).mapToObj(data::label).toList();
  }

  static void assertSameFromFourThreads(ImageDataset data) throws Exception {
    List<byte[]> serial = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      serial.add(data.image(i).toByteArray());
    }
    ExecutorService executor = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int first = t;
        tasks.add(
            () -> {
              Image image = new Image();
              for (int k = 0; k < 5 * data.size(); k++) {
                int i = (first + k * 7) % data.size();
                data.read(i, image);
                assertArrayEquals(serial.get(i), image.toByteArray());
              }
              return true;
            });
      }
      for (Future<Boolean> result : executor.invokeAll(tasks)) {
        assertTrue(result.get());
      }
    } finally {
      executor.shutdownNow();
    }
  }

  static void assertMessage(
      Class<? extends EmanException> type, Executable action, String... parts) {
    String message = assertThrows(type, action).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}
