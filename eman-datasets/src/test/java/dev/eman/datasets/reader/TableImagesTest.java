package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ReaderSamples.png;
import static dev.eman.datasets.reader.ReaderSamples.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table as a data set, found by its path as a user would. */
final class TableImagesTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void images() throws IOException {
    file = folder.resolve("photos.csv");
    for (String name : List.of("a.png", "b.PNG", "c.jpg", "in/d.png", "in/e.png", "0a1b.png")) {
      write(folder, name, png(name.hashCode() & 0xffffff));
    }
  }

  private ImageDataset open(Part part, String... lines) throws IOException {
    return open(part, null, lines);
  }

  private ImageDataset open(Part part, Path images, String... lines) throws IOException {
    Files.write(file, List.of(lines));
    return Datasets.named(file.toString()).open(part, DataDirectories.of(null).withImages(images));
  }

  private static List<String> content(ImageDataset data) {
    return IntStream.range(0, data.size())
        .mapToObj(
            i ->
                data.imageName(i)
                    + "="
                    + (data.label(i) < 0 ? "" : data.classNames().get(data.label(i))))
        .toList();
  }

  private void assertMessage(String[] lines, String... parts) {
    String message =
        assertThrows(DatasetException.class, () -> open(Part.TRAIN, lines)).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void open_noPath_saysWhy() {
    assertMessage(
        lines("image,label", "a\0.png,red"),
        "row 2",
        "expected an image's path, found a",
        ": Nul character not allowed");
  }

  private static String[] lines(String... lines) {
    return lines;
  }

  @Test
  void open_labelsAndNone_trainAndUnlabeled() throws IOException {
    String[] rows = {"image,label", "in/d.png,dog", "a.png,dog", "b.PNG,cat", "c.jpg,"};
    ImageDataset train = open(Part.TRAIN, rows);
    assertEquals(List.of("cat", "dog"), train.classNames());
    assertEquals(List.of("b.PNG=cat", "a.png=dog", "in/d.png=dog"), content(train));
    ImageDataset unlabeled = open(Part.UNLABELED, rows);
    assertEquals(List.of("c.jpg="), content(unlabeled));
    assertTrue(unlabeled.classNames().isEmpty());
    DatasetProvider provider = Datasets.named(file.toString());
    assertEquals(Set.of(Part.TRAIN, Part.UNLABELED), provider.parts());
    assertTrue(
        assertThrows(
                DatasetException.class, () -> provider.open(Part.TEST, DataDirectories.of(null)))
            .getMessage()
            .contains("expected rows of the part test, found train, unlabeled only"));
    String colour = "a.png";
    int red = colour.hashCode() >> 16 & 0xff;
    assertEquals((byte) red, train.image(1).pixels()[0]);
  }

  @Test
  void open_quotedNamesWithBlanks_asTheyAreOrWithout() throws IOException {
    write(folder, " f.png", png(1));
    write(folder, " h/g.png", png(2));
    String[] rows = {"image,label", "\" f.png\",x", "\" h/g\",x", "\" a.png \",y", " c.jpg ,y"};
    assertEquals(
        List.of(" f.png=x", " h/g.png=x", "a.png=y", "c.jpg=y"), content(open(Part.TRAIN, rows)));
    assertMessage(
        lines("image,label", "\"  \",x"), "row 2: expected an image, found an empty cell");
  }

  @Test
  void open_parts_testBeforeValidation() throws IOException {
    String[] rows = {
      "image,label,split",
      "a.png,x,train",
      "b.PNG,x,val",
      "c.jpg,y,test",
      "in/d.png,,test",
      "in/e.png,y,unlabeled"
    };
    assertEquals(List.of("a.png=x"), content(open(Part.TRAIN, rows)));
    assertEquals(List.of("c.jpg=y"), content(open(Part.TEST, rows)));
    assertEquals(List.of("in/e.png="), content(open(Part.UNLABELED, rows)));
    rows[3] = "c.jpg,,test";
    assertEquals(List.of("b.PNG=x"), content(open(Part.TEST, rows)));
  }

  @Test
  void open_extensionsBackslashesAndAbsolutePaths_found() throws IOException {
    ImageDataset train =
        open(
            Part.TRAIN,
            "id,label",
            "0a1b,x",
            "b,x",
            "in\\d.png,x",
            "./in/e,x",
            folder.resolve("a.png") + ",x");
    assertEquals(
        List.of("0a1b.png=x", "a.png=x", "b.PNG=x", "in/d.png=x", "in/e.png=x"), content(train));
  }

  @Test
  void open_imagesElsewhere_relativeToThem(@TempDir Path other) throws IOException {
    write(other, "d.png", png(5));
    ImageDataset here = open(Part.TRAIN, folder.resolve("in"), "image,label", "d.png,x");
    assertEquals(List.of("d.png=x"), content(here));
    assertNotEquals(5, here.image(0).pixels()[2]);
    assertEquals(5, open(Part.TRAIN, other, "image,label", "d.png,x").image(0).pixels()[2]);
    assertMessage(
        lines("image,label", "d,x", "a.png,x"),
        "row 2: expected the image d (or with .jpg",
        "it is in " + folder.resolve("in") + ": add --images " + folder.resolve("in"));
  }

  @Test
  void open_missing_firstNamedOthersCounted() {
    assertMessage(
        lines("image,label", "a.png,x", "gone.png,x", "b.png,y", "away.png,"),
        "row 3: expected the image gone.png in " + folder,
        "2 other rows have",
        "--images DIR");
  }

  @Test
  void open_nameInAnotherUnicodeForm_saysSo() throws IOException {
    assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "needs file names in UTF-8");
    write(folder, "a\u0308.png", png(1));
    assumeFalse(Files.exists(folder.resolve("\u00e4.png")), "the system takes them for the same");
    for (String name : List.of("\u00e4.png", "\u00e4")) {
      assertMessage(
          lines("image,label", name + ",x"),
          "row 2: expected the image " + name,
          "found the same letters in another Unicode form; rename, or save the table in that form");
    }
  }

  @Test
  void open_severalOfOneName_refusedByName() throws IOException {
    write(folder, "a.jpg", png(1));
    write(folder, "b.jpeg", png(1));
    assertMessage(lines("id,label", "a,x", "b,x"), "row 2", "found a.jpg and a.png", "1 other");
    assertEquals(List.of("a.png=x"), content(open(Part.TRAIN, "id,label", "a.png,x")));
  }

  @Test
  void open_sameImageTwice_refusedIfLabelsDiffer() throws IOException {
    String[] rows = {"image,label", "a.png,x", "b.PNG,x", "./a.png,x", "a,x"};
    ImageDataset train = open(Part.TRAIN, rows);
    assertEquals(List.of("a.png=x", "b.PNG=x"), content(train));
    assertTrue(
        train.notes().stream().anyMatch(note -> note.contains("2 rows name an image")),
        train.notes().toString());
    rows[3] = "./a.png,y";
    assertMessage(
        rows, "row 4", "expected one label and part for a.png, found train, 'y' here", "row 2");
    rows[3] = "a.png,";
    assertMessage(rows, "row 4", "no label");
    assertMessage(
        lines("image,label,split", "a.png,x,train", "a.png,x,test"), "row 3", "test, 'x' here");
  }

  @Test
  void notes_counts_namedByClass() throws IOException {
    ImageDataset train =
        open(Part.TRAIN, "image,label", "a.png,cat", "b,dog", "c.jpg,cat", "in/d.png,");
    assertTrue(
        train
            .notes()
            .get(0)
            .endsWith("by part: train 3 of 2 classes (cat 2, dog 1); 1 without a label"),
        train.notes().toString());
  }

  @Test
  void classNames_numbers_inTheirOrder() throws IOException {
    ImageDataset train = open(Part.TRAIN, "image,label", "a.png,10", "b,2", "c,0");
    assertEquals(List.of("0", "2", "10"), train.classNames());
    assertArrayEquals(
        new int[] {0, 1, 2}, IntStream.range(0, 3).map(train::label).sorted().toArray());
  }

  @Test
  void fingerprint_contentAlone_whateverTheRowsOrder() throws IOException {
    String one = open(Part.TRAIN, "image,label", "a.png,x", "b.PNG,y").fingerprint();
    assertEquals(one, open(Part.TRAIN, "label,id", "y,b", "x,a").fingerprint());
    assertNotEquals(one, open(Part.TRAIN, "image,label", "a.png,y", "b.PNG,x").fingerprint());
    Files.write(folder.resolve("a.png"), new byte[1]);
    assertNotEquals(one, open(Part.TRAIN, "image,label", "a.png,x", "b.PNG,y").fingerprint());
  }
}
