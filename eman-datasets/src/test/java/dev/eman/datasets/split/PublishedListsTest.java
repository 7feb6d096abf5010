package dev.eman.datasets.split;

import static dev.eman.datasets.split.LabelSplitTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PublishedListsTest {
  private static final LabelsOnly DATA =
      LabelsOnly.named(
          "n01440764/n01440764_10026.JPEG",
          "n01440764/n01440764_10027.JPEG",
          "n04235860/n04235860_14959.JPEG",
          "n04235860/n04235860_9.JPEG",
          "n15075141/n15075141_1.JPEG");

  @TempDir Path folder;
  private Path list;

  @BeforeEach
  void nameFile() {
    list = folder.resolve("1percent.txt");
  }

  @Test
  void fileNames_asPublished_positionsAscending() throws IOException {
    write("n04235860_14959.JPEG", "n15075141_1.JPEG", "n01440764_10026.JPEG");
    LabelSplit split = LabelSplit.fromFileNames(DATA, list, UnlabeledPool.REST);
    assertEquals(List.of(0, 2, 4), split.labeled().asList());
    assertEquals(List.of(1, 3), split.unlabeled().asList());
    assertEquals(0, split.validation().length());
    assertEquals("list 1percent.txt", split.origin());
    assertEquals(DATA.fingerprint(), split.fingerprint());
    assertEquals(5, LabelSplit.fromFileNames(DATA, list, UnlabeledPool.ALL).unlabeled().length());
  }

  @Test
  void fileNames_pathsBlanksAndWindowsLineEnds_same() throws IOException {
    Files.writeString(list, "n04235860/n04235860_14959.JPEG\r\n\r\n  n15075141_1.JPEG \r\n\r\n");
    assertEquals(List.of(2, 4), names().labeled().asList());
  }

  @Test
  void fileNames_savedAndLoaded_same() throws IOException {
    write("n04235860_9.JPEG");
    LabelSplit split = names();
    Path file = folder.resolve("saved.split");
    split.save(file);
    assertEquals(split.hash(), LabelSplit.load(file, DATA).hash());
  }

  @Test
  void fileNames_entriesWithoutImage_errorNamesSome() throws IOException {
    write(
        "n04235860_14959.JPEG",
        "n04235860_5.JPEG",
        "n04235860_4.JPEG",
        "train/n04235860/n04235860_9.JPEG",
        "n04235860_3.JPEG");
    assertMessage(
        this::names,
        list
            + ": expected images of photos, found 4 that are not in it, such as"
            + " n04235860_3.JPEG, n04235860_4.JPEG, n04235860_5.JPEG");
  }

  @Test
  void fileNames_double_error() throws IOException {
    write("n04235860_9.JPEG", "n15075141_1.JPEG", "n04235860_9.JPEG");
    assertMessage(this::names, list + ": expected each image once, found n04235860_9.JPEG again");
    write("n04235860_9.JPEG", "n04235860/n04235860_9.JPEG");
    assertMessage(
        this::names,
        list
            + ": expected each image once, found both n04235860_9.JPEG and"
            + " n04235860/n04235860_9.JPEG");
  }

  @Test
  void fileNames_nameOfTwoImages_errorNotTheFirst() throws IOException {
    LabelsOnly data = LabelsOnly.named("cat/1.png", "cat/2.png", "dog/1.png");
    write("1.png");
    assertMessage(
        () -> LabelSplit.fromFileNames(data, list, UnlabeledPool.ALL),
        list + ": expected names that one image has, found 1.png",
        "cat/1.png and dog/1.png in photos");
    write("dog/1.png", "2.png");
    assertEquals(
        List.of(1, 2), LabelSplit.fromFileNames(data, list, UnlabeledPool.ALL).labeled().asList());
  }

  @Test
  void fileNames_emptyMissingOrForeign_error() throws IOException {
    assertMessage(this::names, "expected a list of images at " + list + ", found nothing");
    write();
    assertMessage(this::names, list + ": expected at least one image, found none");
    write("", "  ");
    assertMessage(this::names, list + ": expected at least one image, found none");
    Files.write(list, new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    assertMessage(this::names, list.toString());
  }

  @Test
  void indexTable_indexColumn_positions() throws IOException {
    write("Index,ImageID", "3,n04235860/n04235860_9.JPEG", "0,n01440764/n01440764_10026.JPEG", "");
    assertEquals(List.of(0, 3), table().labeled().asList());
    // Wherever the column is, and quoted as some programs do.
    write("\"ImageID\", \"Index\"", "\"x\", \"4\"", "\"y\", \"1\"");
    assertEquals(List.of(1, 4), table().labeled().asList());
    assertEquals(5, table().unlabeled().length());
    assertEquals("list 1percent.txt", table().origin());
    Files.write(list, "\ufeffIndex\r\n2\r\n".getBytes(StandardCharsets.UTF_8));
    assertEquals(List.of(2), table().labeled().asList());
  }

  @Test
  void indexTable_outOfRangeDoubleOrNoNumber_errorNamesTheLine() throws IOException {
    for (String wrong : List.of("5", "-1", "3", "two", "99999999999", "1.0", ",1")) {
      write("Index,ImageID", "3,a", wrong + ",b");
      assertMessage(
          this::table,
          list + ", line 3: expected a new position from 0 to 4 in photos, found " + wrong + ",b");
    }
    write("ImageID,Index", "a,3", "b");
    assertMessage(this::table, list + ", line 3: expected a new position", "found b");
  }

  @Test
  void indexTable_columnOfImagesToo_mustAgree() throws IOException {
    write("Index,image", "3,n04235860_9.JPEG", "0,train/n01440764/n01440764_10026", "");
    assertEquals(List.of(0, 3), table().labeled().asList());
    // A running number, as other programs write it.
    write("Index,filename,label", "0,n04235860_9.JPEG,class1", "1,n01440764_10026.JPEG,class0");
    assertMessage(
        this::table,
        list
            + ", line 2: expected n01440764/n01440764_10026.JPEG in the column filename, as photos",
        "at position 0 of the column Index, found n04235860_9.JPEG; remove the column Index if");
    write("Index,id,label", "1,n04235860_9,class1");
    assertMessage(this::table, "in the column id, as photos has it at position 1");
    write("Index,id,label", "7,n04235860_9,class1");
    assertMessage(this::table, "found 7,n04235860_9,class1; remove the column Index if");
  }

  @Test
  void indexTable_imagesAndLabelsToo_labelsAndPartsCount() throws IOException {
    LabelsOnly data = LabelsOnly.named("a/1.png", "a/2.png", "a/3.png");
    write("Index,image,label,split", "0,1.png,class0,train", "2,3.png,class0,test");
    LabelSplit split = LabelSplit.fromIndexTable(data, list, UnlabeledPool.ALL);
    assertEquals(List.of(0), split.labeled().asList());
    assertEquals(List.of(2), split.leftOut().asList());
    write("Index,image,label", "0,1.png,cat");
    assertMessage(
        () -> LabelSplit.fromIndexTable(data, list, UnlabeledPool.ALL),
        "expected the class 'class0', as photos has it, found 'cat'");
  }

  @Test
  void indexTable_otherSeparators_positions() throws IOException {
    for (String separator : List.of(";", "\t", "|")) {
      write("Index" + separator + "ImageID", "3" + separator + "a", "0" + separator + "b,c");
      assertEquals(List.of(0, 3), table().labeled().asList());
    }
  }

  @Test
  void indexTable_commaWithinAName_refusedRatherThanAnotherColumn() throws IOException {
    write("ImageID,Index", "a.png,2", "\"b,3\",4");
    assertMessage(this::table, list + ", line 3: expected a new position", "found \"b,3\",4");
  }

  @Test
  void indexTable_noIndexColumn_errorNamesThoseFound() throws IOException {
    write("Position,ImageID", "3,a");
    assertMessage(
        this::table,
        list + ": expected a table with a column Index, found the columns [Position, ImageID]");
  }

  @Test
  void indexTable_emptyOrMissing_error() throws IOException {
    assertMessage(this::table, "expected a list of images at " + list + ", found nothing");
    write();
    assertMessage(this::table, list + ": expected a table with a column Index");
    write("Index,ImageID");
    assertMessage(this::table, list + ": expected at least one image, found none");
  }

  private void write(String... lines) throws IOException {
    Files.write(list, List.of(lines));
  }

  private LabelSplit names() {
    return LabelSplit.fromFileNames(DATA, list, UnlabeledPool.ALL);
  }

  private LabelSplit table() {
    return LabelSplit.fromIndexTable(DATA, list, UnlabeledPool.ALL);
  }
}
