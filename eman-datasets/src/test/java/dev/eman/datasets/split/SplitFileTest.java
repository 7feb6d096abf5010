package dev.eman.datasets.split;

import static dev.eman.datasets.split.LabelSplitTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SplitFileTest {
  private static final LabelsOnly DATA = LabelsOnly.ofCounts("photos/train", 40, 30, 50);

  @TempDir Path folder;
  private LabelSplit split;
  private Path file;

  @BeforeEach
  void save() {
    split = LabelSplit.draw(DATA, LabelAmount.perClass(10), 3, 0.2, UnlabeledPool.REST);
    file = folder.resolve("photos.split");
    split.save(file);
  }

  @Test
  void load_saved_equalHashAndContent() {
    LabelSplit loaded = LabelSplit.load(file, DATA);
    assertEquals(split.hash(), loaded.hash());
    assertEquals(split.labeled(), loaded.labeled());
    assertEquals(split.validation(), loaded.validation());
    assertEquals(split.unlabeled(), loaded.unlabeled());
    assertEquals(split.pool(), loaded.pool());
    assertEquals("10/class, seed 3, validation 0.2", loaded.origin());
    assertEquals(split.toString(), loaded.toString());
  }

  @Test
  void load_namesWithLineBreaks_savedOnOneLine() {
    LabelsOnly odd = LabelsOnly.ofCounts("pho\ntos\r/train", 40, 30, 50);
    Path list = folder.resolve("some\nlist.txt");
    LabelSplit drawn = LabelSplit.draw(odd, LabelAmount.perClass(10), 3);
    LabelSplit named =
        new LabelSplit(
            odd.name(),
            odd.fingerprint(),
            odd.size(),
            "list " + list.getFileName(),
            UnlabeledPool.ALL,
            drawn.labeled(),
            drawn.validation());
    named.save(file);
    LabelSplit loaded = LabelSplit.load(file, odd);
    assertEquals(named.hash(), loaded.hash());
    assertEquals("pho\\ntos\\r/train", loaded.datasetName());
    assertEquals("list some\\nlist.txt", loaded.origin());
  }

  @Test
  void load_otherData_errorNamesBoth() {
    LabelsOnly other = LabelsOnly.ofCounts("drawings/train", 40, 31, 50);
    assertMessage(
        () -> LabelSplit.load(file, other),
        file + ": expected a split of drawings/train (121 images, fingerprint ",
        other.fingerprint(),
        "found one of photos/train (120 images, fingerprint ",
        DATA.fingerprint());
  }

  @Test
  void load_sameDataOfOtherName_loaded() {
    // The content counts, not where it lies.
    LabelsOnly same = LabelsOnly.ofCounts("photos/train", 40, 30, 50);
    assertEquals(split.hash(), LabelSplit.load(file, same).hash());
  }

  @Test
  void load_anyDigitFlipped_errorOrSameSplit() throws IOException {
    String text = Files.readString(file);
    // Name and origin are for people; they are not part of the split.
    int origin = text.indexOf("origin: ");
    int pool = text.indexOf("pool: ");
    for (int at = 0; at < text.length(); at++) {
      char was = text.charAt(at);
      if (Character.isDigit(was) && (at < origin || at > pool)) {
        char now = was == '7' ? '3' : '7';
        Files.writeString(file, text.substring(0, at) + now + text.substring(at + 1));
        assertMessage(() -> LabelSplit.load(file, DATA), file.toString(), "expected");
      }
    }
  }

  @Test
  void load_truncatedAnywhere_error() throws IOException {
    byte[] text = Files.readAllBytes(file);
    // The last line is whole without its end.
    for (int length = 0; length < text.length - 1; length++) {
      Files.write(file, Arrays.copyOf(text, length));
      assertMessage(() -> LabelSplit.load(file, DATA), file.toString(), "expected");
    }
  }

  @Test
  void load_linesAdded_error() throws IOException {
    String text = Files.readString(file);
    Files.writeString(file, text + "119\n");
    assertMessage(
        () -> LabelSplit.load(file, DATA), file + " is damaged: expected the end, found 119");
    Files.writeString(file, text + text);
    assertMessage(() -> LabelSplit.load(file, DATA), "expected the end, found eman split 1");
  }

  @Test
  void load_unknownPoolOrWrongOrder_error() throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    int pool = lines.indexOf("pool: rest");
    lines.set(pool, "pool: some");
    Files.write(file, lines);
    assertMessage(
        () -> LabelSplit.load(file, DATA),
        file + " is damaged: expected the pool all, rest, train or part, found some");
    lines.set(pool, "pool: all");
    Files.write(file, lines);
    assertMessage(() -> LabelSplit.load(file, DATA), file + " is damaged", split.hash());
    lines.set(pool, "pool: rest");
    int first = lines.indexOf("labeled: 24") + 1;
    lines.add(first, lines.remove(first + 1));
    Files.write(file, lines);
    assertMessage(() -> LabelSplit.load(file, DATA), file + " is damaged", "ascending");
  }

  @Test
  void load_foreignOrMissingFile_error() throws IOException {
    Path foreign = folder.resolve("foreign");
    for (byte[] content :
        new byte[][] {
          {}, "{\"labels\": 3}\n".getBytes(StandardCharsets.UTF_8), {(byte) 0x89, 'P', 'N', 'G'},
        }) {
      Files.write(foreign, content);
      assertMessage(
          () -> LabelSplit.load(foreign, DATA),
          foreign + ": expected a split, whose first line is 'eman split 1', found another file");
    }
    Path gone = folder.resolve("gone");
    assertMessage(
        () -> LabelSplit.load(gone, DATA), "expected a split at " + gone + ", found nothing");
    assertMessage(() -> LabelSplit.load(folder, DATA), "cannot read " + folder);
  }

  @Test
  void save_overFormerFile_replacesItWhole() throws IOException {
    // Who has the former file open still reads it: nothing was written into it.
    try (Stream<String> former = Files.lines(file)) {
      LabelSplit smaller = LabelSplit.draw(DATA, LabelAmount.perClass(1), 0, 0, UnlabeledPool.ALL);
      smaller.save(file);
      assertEquals(smaller.hash(), LabelSplit.load(file, DATA).hash());
      assertEquals(8 + 24 + 1 + 6 - 1 + 1, former.count());
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void save_impossible_errorAndNothingLeft() throws IOException {
    Path occupied = Files.createDirectory(folder.resolve("occupied"));
    Files.createFile(occupied.resolve("file"));
    assertMessage(() -> split.save(occupied), "cannot write the split to " + occupied);
    Path nowhere = folder.resolve("nowhere/photos.split");
    assertMessage(() -> split.save(nowhere), "cannot write the split to " + nowhere);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(2, files.count());
    }
    assertEquals(split.hash(), LabelSplit.load(file, DATA).hash());
  }
}
