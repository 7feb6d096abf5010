package dev.eman.web.label;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.web.label.LabelTable.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelTableTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("labels.csv");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void open_pipe_refusedInsteadOfWaitingForItsWriter() throws Exception {
    Path pipe = folder.resolve("pipe.csv");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    EmanException e =
        assertTimeoutPreemptively(
            Duration.ofMinutes(1),
            () -> assertThrows(EmanException.class, () -> LabelTable.open(pipe, List.of())));
    assertEquals("expected a table, found a device or pipe: " + pipe, e.getMessage());
  }

  @Test
  void open_folder_saysSo() {
    EmanException e = assertThrows(EmanException.class, () -> LabelTable.open(folder, List.of()));
    assertEquals("expected a table, found the folder " + folder, e.getMessage());
  }

  @Test
  void put_anyNames_readAgainAsTheyWere() {
    List<String> images = List.of("a.png", "b, \"c\".png", "sub/\u00e9\u4e2d.png");
    LabelTable table = LabelTable.open(file, images);
    table.put(images.get(1), Entry.NONE.withLabel("red, or \"blue\""));
    table.put(images.get(2), Entry.NONE.skip());
    LabelTable again = LabelTable.open(file, images);
    assertEquals(Entry.NONE, again.get(images.get(0)));
    assertEquals(Entry.NONE.withLabel("red, or \"blue\""), again.get(images.get(1)));
    assertEquals(Entry.NONE.skip(), again.get(images.get(2)));
    assertEquals(List.of("red, or \"blue\""), again.classes());
  }

  @Test
  void put_eachTime_onDiskAndWhole() throws IOException {
    LabelTable table = LabelTable.open(file, List.of("a.png", "b.png"));
    table.put("b.png", Entry.NONE.withLabel("x"));
    assertEquals("image,label,note\na.png,,\nb.png,x,\n", Files.readString(file));
    table.put("b.png", Entry.NONE);
    assertEquals("image,label,note\na.png,,\nb.png,,\n", Files.readString(file));
  }

  @Test
  void put_imagesThatAreGone_rowsKept() throws IOException {
    Files.writeString(file, "image,label,note\ngone.png,x,\n");
    LabelTable.open(file, List.of("a.png")).put("a.png", Entry.NONE.withLabel("y"));
    assertEquals("image,label,note\na.png,y,\ngone.png,x,\n", Files.readString(file));
  }

  /** Blanks count in quotes alone, as in training. */
  @Test
  void open_namesThatDifferByABlank_rowsOfTheirOwn() throws IOException {
    List<String> images = List.of(" a.png", "a.png", "b.png");
    for (String image : images) {
      Files.createFile(folder.resolve(image));
    }
    Files.writeString(file, "image,label,note\n a.png,x,\n\" a.png\",y,\n\"b.png \",z,\n");
    LabelTable table = LabelTable.open(file, images);
    assertEquals(List.of("y", "x", "z"), table.classes());
    table.put("b.png", table.get("b.png").withLabel("x"));
    assertEquals(
        "image,label,note\n\" a.png\",y,\na.png,x,\n\"b.png \",x,\n", Files.readString(file));
    assertEquals(List.of(), table.lost());
  }

  @Test
  void put_folderGone_failsAndChangesNothing() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    LabelTable table = LabelTable.open(inside.resolve("labels.csv"), List.of("a.png"));
    Files.delete(inside);
    assertThrows(EmanException.class, () -> table.put("a.png", Entry.NONE.withLabel("x")));
    assertEquals(Entry.NONE, table.get("a.png"));
  }

  @Test
  void open_otherTable_refusedAndLeftAlone() throws IOException {
    Files.writeString(file, "file,class\na.png,x\n");
    String message =
        assertThrows(EmanException.class, () -> LabelTable.open(file, List.of("a.png")))
            .getMessage();
    assertTrue(message.contains("expected a table with the columns image, label, note"), message);
    assertEquals("file,class\na.png,x\n", Files.readString(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\uFEFFimage,label,note\r\na.png,x,\r\n",
        "image;label;note\na.png;x;\n",
        "image\tlabel\tnote\na.png\tx\t\n",
        "image|label|note\na.png|x|\n",
        "Image,Label, NOTE\r\na.png,x,\r\n\r\n",
        "image,label,note\na.png,x,\n,,\n \n",
        "\uFEFF\"image\";\"label\";\"note\"\n\"a.png\";\"x\";\"\"\n"
      })
  void open_savedByASpreadsheet_readAndWrittenAsBefore(String text) throws IOException {
    Files.writeString(file, text);
    LabelTable table = LabelTable.open(file, List.of("a.png", "b;1.png"));
    assertEquals("x", table.get("a.png").label());
    table.put("b;1.png", Entry.NONE.withLabel("y"));
    assertEquals("image,label,note\na.png,x,\nb;1.png,y,\n", Files.readString(file));
  }

  @Test
  void put_tsv_hasTabsAsTrainingReadsThem() throws IOException {
    file = folder.resolve("labels.TSV");
    LabelTable.open(file, List.of("a, b.png")).put("a, b.png", Entry.NONE.withLabel("x"));
    assertEquals("image\tlabel\tnote\n\"a, b.png\"\tx\t\n", Files.readString(file));
    assertEquals("x", LabelTable.open(file, List.of("a, b.png")).get("a, b.png").label());
    Files.writeString(file, "image,label,note\na.png,y,\n"); // As it was written before.
    LabelTable table = LabelTable.open(file, List.of("a.png"));
    table.put("a.png", table.get("a.png"));
    assertEquals("image\tlabel\tnote\na.png\ty\t\n", Files.readString(file));
  }

  @Test
  void open_damagedRow_named() throws IOException {
    Files.writeString(file, "image,label,note\na.png,x,\nb.png\n");
    String message =
        assertThrows(EmanException.class, () -> LabelTable.open(file, List.of())).getMessage();
    assertTrue(message.contains("row 3"), message);
  }

  @Test
  void put_noteOfAnother_isKept() throws IOException {
    Files.writeString(file, "image,label,note\na.png,,blurred\nb.png, x ,seen twice\n");
    List<String> images = List.of("a.png", "b.png");
    LabelTable table = LabelTable.open(file, images);
    assertTrue(table.get("a.png").isOpen());
    table.put("a.png", table.get("a.png").withLabel("x"));
    assertEquals(
        "image,label,note\na.png,x,blurred\nb.png,x,\"seen twice\"\n", Files.readString(file));
    assertEquals(List.of("x"), table.classes());
    table.put("a.png", table.get("a.png").skip().withLabel("y"));
    assertTrue(Files.readString(file).contains("a.png,y,\n"), Files.readString(file));
  }

  private void assertRefused(String rows, String problem) throws IOException {
    String text = "image,label,note\n" + rows;
    Files.writeString(file, text);
    String message =
        assertThrows(EmanException.class, () -> LabelTable.open(file, List.of("a.png", "b.png")))
            .getMessage();
    assertEquals(file + ", " + problem, message);
    assertEquals(text, Files.readString(file));
  }

  /** The last row won, and the first change deleted the others. */
  @Test
  void open_imageWithTwoLabels_refusedAndLeftAlone() throws IOException {
    Files.createFile(folder.resolve("a.png"));
    assertRefused(
        "a.png,x,\nb.png,x,\n./a.png,y,\nb.png,,\n",
        "row 4: expected one label for a.png, found 'y' here and 'x' in row 2; 1 other row has the"
            + " same or another fault; decide on one, and remove the other row");
    assertRefused(
        "gone.png,,\ngone.png,y,\n",
        "row 3: expected one label for gone.png, found 'y' here and no label in row 2; decide on"
            + " one, and remove the other row");
    assertRefused(
        "a.png,x,blurred\na.png,x,skipped\n",
        "row 3: expected one note for a.png, found 'skipped' here and 'blurred' in row 2; decide on"
            + " one, and remove the other row");
  }

  @Test
  void open_imageTwiceWithTheSameLabel_oneRowWithTheNote() throws IOException {
    Files.createFile(folder.resolve("a.png"));
    Files.writeString(file, "image,label,note\n./a.png,x,\na.png, x ,blurred\na.png,x,\n");
    LabelTable table = LabelTable.open(file, List.of("a.png", "b.png"));
    table.put("b.png", Entry.NONE.withLabel("y"));
    assertEquals("image,label,note\n./a.png,x,blurred\nb.png,y,\n", Files.readString(file));
  }

  @Test
  void put_changedByAnother_refusedAndLeftAlone() throws IOException {
    LabelTable table = LabelTable.open(file, List.of("a.png"));
    table.put("a.png", Entry.NONE.withLabel("x"));
    Files.writeString(file, "image,label,note\na.png,corrected,\n");
    String message =
        assertThrows(EmanException.class, () -> table.put("a.png", Entry.NONE.withLabel("y")))
            .getMessage();
    assertTrue(message.contains("was changed by another program"), message);
    assertEquals("image,label,note\na.png,corrected,\n", Files.readString(file));
    assertEquals("x", table.get("a.png").label());
  }

  @Test
  void open_unclosedQuote_namesTheFile() throws IOException {
    Files.writeString(file, "image,label,note\na.png,\"x,\n");
    String message =
        assertThrows(EmanException.class, () -> LabelTable.open(file, List.of())).getMessage();
    assertTrue(message.contains(file + ": expected a table in CSV"), message);
  }
}
