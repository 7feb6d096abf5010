package dev.eman.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassListTest {
  @TempDir private Path folder;
  private final ClassList colours = ClassList.of(List.of("blue", "green", "red"), "train");

  @Test
  void label_sameClasses_isTheDataItself() {
    ImageDataset test = new Labels(List.of("blue", "green", "red"), 2, 0);
    assertSame(test, colours.label(test));
  }

  @Test
  void label_classMissing_numbersTheOthersByName() {
    ImageDataset test = colours.label(new Labels(List.of("blue", "red"), 1, 0, -1));
    assertEquals(List.of(2, 0, -1), labels(test));
    assertEquals(List.of("blue", "green", "red"), test.classNames());
    assertEquals(List.of("green"), colours.missing(test));
  }

  @Test
  void label_otherOrder_numbersByName() {
    ImageDataset test = new Labels(List.of("red", "green", "blue"), 0, 1, 2);
    assertEquals(List.of(2, 1, 0), labels(colours.label(test)));
    assertNotEquals(test.fingerprint(), colours.label(test).fingerprint());
  }

  @Test
  void label_unknownClasses_refusedByName() {
    ImageDataset test = new Labels(List.of("amber", "blue", "white"), 0, 1, 2);
    assertRefused(
        () -> colours.label(test),
        "labels: expected only classes of train (blue, green, red), found amber, white;");
  }

  @Test
  void label_classInAnotherUnicodeForm_saysSo() {
    ClassList beetles = ClassList.of(List.of("Ka\u0308fer"), "train");
    assertRefused(
        () -> beetles.label(new Labels(List.of("K\u00e4fer"), 0)),
        "found K\u00e4fer; K\u00e4fer: the same letters in another Unicode form; rename, or save"
            + " the table in that form");
  }

  @Test
  void label_unknownClassWithoutImages_passes() {
    ImageDataset test = new Labels(List.of("amber", "blue"), 1);
    assertEquals(List.of(0), labels(colours.label(test)));
  }

  @Test
  void label_imagesWithoutLabels_stayUnlabeled() {
    assertEquals(List.of(-1, -1), labels(colours.label(new Labels(List.of(), -1, -1))));
  }

  @Test
  void missing_sameClasses_countsImages() {
    assertEquals(
        List.of("blue", "red"), colours.missing(new Labels(List.of("blue", "green", "red"), 1)));
  }

  @Test
  void of_nameTwice_refused() {
    assertRefused(
        () -> ClassList.of(List.of("a", "b", "a"), "list.txt"),
        "list.txt: expected each class once, found a twice");
  }

  @Test
  void read_lines_areTheNamesInOrder() throws IOException {
    Path file = folder.resolve("classes.txt");
    Files.writeString(file, "\ufeffred\r\nlight blue \r\ngreen\n");
    assertEquals(List.of("red", "light blue", "green"), ClassList.read(file).names());
  }

  @Test
  void read_emptyLineOrNameTwice_refusedByLine() throws IOException {
    Path file = folder.resolve("classes.txt");
    Files.writeString(file, "red\n\nblue\n");
    assertRefused(() -> ClassList.read(file), file + ", line 2: expected a class, found an empty");
    Files.writeString(file, "red\nblue\nred\n");
    assertRefused(
        () -> ClassList.read(file), file + ", line 3: expected each class once, found red");
    assertRefused(() -> ClassList.read(folder.resolve("none")), "cannot read the list of classes");
  }

  @Test
  void list_manyNames_areCounted() {
    List<String> names = IntStream.range(0, 25).mapToObj(String::valueOf).toList();
    assertTrue(ClassList.list(names).endsWith(", 19 and 5 more"), ClassList.list(names));
  }

  private static void assertRefused(Runnable action, String message) {
    DatasetException refused = assertThrows(DatasetException.class, action::run);
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  private static List<Integer> labels(ImageDataset data) {
    return IntStream.range(0, data.size()).mapToObj(data::label).toList();
  }

  /** Labels without pixels. */
  private record Labels(List<String> names, int... values) implements ImageDataset {
    @Override
    public String name() {
      return "labels";
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public ImmutableList<String> classNames() {
      return ImmutableList.copyOf(names);
    }

    @Override
    public int channels() {
      return 3;
    }

    @Override
    public int label(int index) {
      return values[index];
    }

    @Override
    public String imageName(int index) {
      return "#" + index;
    }

    @Override
    public void read(int index, DecodePlan plan, Image into) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String fingerprint() {
      return "labels";
    }
  }
}
