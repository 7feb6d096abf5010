package dev.eman.datasets.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.DatasetException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageTableTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("photos.csv");
  }

  private List<String> rows(String text) throws IOException {
    return rows(text, StandardCharsets.UTF_8);
  }

  private List<String> rows(String text, Charset charset) throws IOException {
    Files.writeString(file, text, charset);
    List<String> rows = new ArrayList<>();
    ImageTable.open(file)
        .read(
            row ->
                rows.add(
                    row.number()
                        + " "
                        + row.image()
                        + "="
                        + row.label()
                        + row.part().map(part -> " " + part).orElse("")));
    return rows;
  }

  private void assertMessage(String text, String... parts) throws IOException {
    String message = assertThrows(DatasetException.class, () -> rows(text)).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image,label",
        "filename,class",
        "id,label",
        "Image Path,Class Name",
        "FILE,CATEGORY",
        "path,target",
        "filepath,label",
        "name,label",
        "image_id,label",
      })
  void read_headers_understood(String header) throws IOException {
    assertEquals(List.of("2 a.jpg=cat", "3 b.jpg="), rows(header + "\na.jpg,cat\nb.jpg,\n"));
  }

  @Test
  void read_columnsInAnyOrder_others_ignored() throws IOException {
    assertEquals(List.of("2 a.jpg=cat"), rows(",id,label,width,filename\n0,17,cat,640,a.jpg\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";", "\t", "|"})
  void read_separators_sameRows(String separator) throws IOException {
    String text =
        "\"image\",\"label\"\r\n\r\n\"a, b; c.jpg\",cat\r\nd.jpg, \"x \"\"y\"\"\"\r\n,\r\ne.jpg,\r\n";
    // Only those that separate cells.
    String other =
        text.replace("\",\"", "\"" + separator + "\"")
            .replace("\",cat", "\"" + separator + "cat")
            .replace("jpg, ", "jpg" + separator)
            .replace("\n,\r", "\n" + separator + "\r")
            .replace("e.jpg,", "e.jpg" + separator);
    assertEquals(List.of("3 a, b; c.jpg=cat", "4 d.jpg=x \"y\"", "6 e.jpg="), rows(other));
  }

  @Test
  void read_encodings_sameRows() throws IOException {
    List<String> expected = List.of("2 grün.jpg=Käfer");
    String text = "image,label\ngrün.jpg,Käfer\n";
    assertEquals(expected, rows(text));
    assertEquals(expected, rows("\ufeff" + text));
    assertEquals(expected, rows("\ufeff" + text, StandardCharsets.UTF_16LE));
    assertEquals(expected, rows("\ufeff" + text, StandardCharsets.UTF_16BE));
    DatasetException other =
        assertThrows(DatasetException.class, () -> rows(text, StandardCharsets.ISO_8859_1));
    assertTrue(other.getMessage().contains("expected text in UTF-8"), other.getMessage());
  }

  @Test
  void read_parts_byAnyName() throws IOException {
    assertEquals(
        List.of(
            "2 a=x TRAIN",
            "3 b=x VALIDATION",
            "4 c=x VALIDATION",
            "5 d=x VALIDATION",
            "6 e=x TEST",
            "7 f= UNLABELED"),
        rows(
            "image,label,split\na,x,train\nb,x,val\nc,x,Valid\nd,x,validation\ne,x,TEST\n"
                + "f,,unlabeled\n"));
    assertMessage("image,label,split\na,x,train\nb,x,\n", "row 3", "expected a part (train,");
  }

  @Test
  void open_columnsNotFoundOrSeveral_listed() throws IOException {
    assertMessage("picture,kind\na,b\n", "the columns picture, kind", "filename", "class_name");
    assertMessage("image,path,label\n", "one column of images, found image, path");
    assertMessage("image,label,class\n", "one column of labels, found label, class");
    assertMessage("", "found an empty file");
    Files.delete(file);
    assertTrue(
        assertThrows(DatasetException.class, () -> ImageTable.open(file))
            .getMessage()
            .contains("found nothing; check the path"));
  }

  @Test
  void read_badRows_firstNamedOthersCounted() throws IOException {
    assertMessage(
        "image,label\na.jpg,cat\nb.jpg,cat,dog\nc.jpg\n,cat\nd.jpg,cat\n",
        "photos.csv, row 3: expected 2 cells, found 3",
        "2 other rows have");
    assertMessage("image,label\n,cat\n", "row 2: expected an image, found an empty cell");
    assertMessage("image,label\na.jpg,\"c\nd\"\n", "row 2", "c\\nd");
    assertMessage("image,label\na,b\nc,\"d\ne,f\n", "row 3", "Missing closing quote");
    assertMessage("image,label\na,\"b\" c\n", "row 2");
  }

  @Test
  void read_trailingSeparators_noCells() throws IOException {
    assertEquals(List.of("2 a=b"), rows("image,label,,\na,b,,,\n"));
  }

  @Test
  void sort_labels_byNumberIfAllAre() {
    assertEquals(
        List.of("-1", "0", "2", "10", "10.5"),
        LabelOrder.sort(List.of("10", "2", "10.5", "0", "-1")));
    assertEquals(List.of("10", "2", "b"), LabelOrder.sort(List.of("b", "2", "10")));
    assertEquals(
        List.of("\uff5e", "\ud83d\ude00"), LabelOrder.sort(List.of("\ud83d\ude00", "\uff5e")));
  }
}
