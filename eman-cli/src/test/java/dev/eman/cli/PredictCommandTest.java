package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of all kinds, and checkpoints under all names. */
class PredictCommandTest {
  private static final Path RUN = Path.of("src/test/resources/golden/fixmatch");

  @TempDir private Path folder;
  private Path first;
  private Path second;

  private static MainAccess predict(Path run, Object... arguments) {
    String[] all = new String[2 + arguments.length];
    all[0] = "predict";
    all[1] = run.toString();
    for (int i = 0; i < arguments.length; i++) {
      all[i + 2] = arguments[i].toString();
    }
    return MainAccess.run(all);
  }

  @BeforeEach
  void writeImages() throws IOException {
    first = image("zebra.png");
    second = image("ape.png");
  }

  private Path image(String name) throws IOException {
    Path file = folder.resolve(name);
    BufferedImage gray = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    gray.setRGB(name.length(), 3, 0xffffff);
    assertTrue(ImageIO.write(gray, "png", file.toFile()));
    return file;
  }

  private static List<String> files(Path table) throws IOException {
    return SpreadSheet.read(table).stream().skip(1).map(row -> row.get(0)).toList();
  }

  @Test
  void predict_badFilesAmongGood_areNamedAndTheRestIsWritten() throws IOException {
    Path text = Files.writeString(folder.resolve("notes.png"), "not an image");
    Path cut = folder.resolve("cut.png");
    Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(first), 60));
    Path missing = folder.resolve("missing.png");
    Path thin = folder.resolve("thin.png"); // More than 16 million pixels once 1 is scaled to 28.
    BufferedImage line = new BufferedImage(25_000, 1, BufferedImage.TYPE_BYTE_GRAY);
    assertTrue(ImageIO.write(line, "png", thin.toFile()));
    Path table = folder.resolve("new/folder/guesses.csv");
    MainAccess result = predict(RUN, first, text, cut, missing, thin, second, "--csv=" + table);
    assertEquals(1, result.exitCode(), result.err());
    assertEquals(List.of(first.toString(), second.toString()), files(table));
    for (Path bad : List.of(text, cut, missing, thin)) {
      assertEquals(1, result.err().lines().filter(l -> l.contains(bad.toString())).count());
    }
    assertTrue(result.err().contains("classified 2 of 6 images"), result.err());
    assertEquals(5, result.err().lines().count(), result.err());
    assertTrue(result.out().contains("2 predictions written to " + table), result.out());
  }

  @Test
  void predict_folderWithOtherFiles_countsWhatIsPassedOver() throws IOException {
    Path mixed = Files.createDirectory(folder.resolve("mixed"));
    Files.copy(first, mixed.resolve("a.png"));
    Files.writeString(mixed.resolve("film.mp4"), "no image");
    Files.writeString(mixed.resolve("._a.png"), "no image");
    MainAccess result = predict(RUN, mixed);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(
        "note: " + mixed + ": 2 files passed over: 1 .mp4, 1 hidden", result.err().strip());
    assertTrue(result.out().contains("a.png"), result.out());
  }

  @Test
  void predict_moreThanABatch_reasonsBelongToTheirFiles() throws IOException {
    Path many = Files.createDirectory(folder.resolve("many"));
    for (int i = 100; i < 310; i++) {
      Files.copy(first, many.resolve(i + ".png"));
    }
    Path bad =
        Files.writeString(
            many.resolve("303.png"),
            "not an image",
            java.nio.file.StandardOpenOption.TRUNCATE_EXISTING);
    Path table = folder.resolve("guesses.csv");
    MainAccess result = predict(RUN, many, "--csv=" + table);
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.err().contains(bad.toString()), result.err());
    List<String> classified = files(table);
    assertEquals(209, classified.size());
    assertFalse(classified.contains(bad.toString()));
    assertEquals(classified.stream().sorted().toList(), classified);
  }

  @Test
  void predict_csvToStandardOutput_isATableAndNothingElse() throws IOException {
    MainAccess result = predict(RUN, first, second, "--csv=-", "--top=2");
    assertEquals(0, result.exitCode(), result.err());
    Path table = Files.writeString(folder.resolve("copy.csv"), result.out());
    List<List<String>> rows = SpreadSheet.read(table);
    assertEquals(List.of("file", "class1", "probability1", "class2", "probability2"), rows.get(0));
    assertEquals(List.of(first.toString(), second.toString()), files(table));
    assertEquals("", result.err());
  }

  @Test
  void predict_topBeyondTheClasses_allOfThem() {
    MainAccess all = predict(RUN, first, "--top=1000");
    assertEquals(0, all.exitCode(), all.err());
    assertEquals(11, all.out().lines().count(), all.out());
    assertEquals(2, predict(RUN, first, "--top=0").exitCode());
  }

  @Test
  void predict_folderWithoutImages_isNamed() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    MainAccess alone = predict(RUN, empty);
    assertEquals(1, alone.exitCode(), alone.out());
    assertEquals(1, alone.err().lines().count(), alone.err());
    assertTrue(alone.err().contains("expected images"), alone.err());
    MainAccess among = predict(RUN, empty, first);
    assertEquals(1, among.exitCode(), among.out());
    assertEquals(6, among.out().lines().count(), among.out());
  }

  @Test
  void predict_tableWhereAFolderLies_isRefusedInPlainWords() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken.csv"));
    Files.writeString(taken.resolve("file"), "");
    MainAccess result = predict(RUN, first, "--csv=" + taken);
    assertEquals(1, result.exitCode(), result.out());
    assertEquals("eman: expected a file to write, found the folder " + taken + "\n", result.err());
    MainAccess below = predict(RUN, first, "--csv=" + first.resolve("guesses.csv"));
    assertEquals(1, below.exitCode(), below.out());
    assertEquals("eman: cannot make the folder " + first + ": a file is in the way\n", below.err());
  }

  @Test
  void predict_withoutLastCheckpoint_theBestOrAnotherServes() throws IOException {
    String expected = predict(RUN, first, "--which=best").out();
    Path copy = Files.createDirectory(folder.resolve("copy"));
    Path best = Files.copy(RUN.resolve("best.ckpt"), copy.resolve("best.ckpt"));
    assertEquals(expected, predict(copy, first).out());
    Files.copy(RUN.resolve("last.ckpt"), copy.resolve("step-9.ckpt"));
    Files.move(best, copy.resolve("step-10.ckpt"));
    assertEquals(expected, predict(copy, first).out());
    Files.delete(copy.resolve("step-9.ckpt"));
    Path renamed = Files.move(copy.resolve("step-10.ckpt"), copy.resolve("photos.ckpt"));
    assertEquals(expected, predict(copy, first).out());
    assertEquals(expected, predict(renamed, first).out());
    Files.copy(renamed, copy.resolve("more.ckpt"));
    MainAccess several = predict(copy, first);
    assertEquals(1, several.exitCode(), several.out());
    assertTrue(
        several.err().contains("found more.ckpt, photos.ckpt; give the path"), several.err());
    MainAccess none = predict(folder, first);
    assertEquals(1, none.exitCode(), none.out());
    assertTrue(none.err().contains("expected a checkpoint in " + folder), none.err());
  }

  @Test
  void predict_whichBesideACheckpoint_isRefused() {
    Path last = RUN.resolve("last.ckpt");
    MainAccess result = predict(last, first, "--which=best");
    assertEquals(2, result.exitCode(), result.out());
    assertTrue(
        result
            .err()
            .contains("--which: expected a run folder beside it, found the checkpoint " + last),
        result.err());
  }
}
