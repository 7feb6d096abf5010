package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Classes and files with names that tables, spreadsheets and terminals could misunderstand. */
@Timeout(120)
class NamesTest {
  private static final List<String> CLASSES = List.of("=1+1", "@home", "b,\"c\"");

  @TempDir private static Path folder;
  private static Path data;
  private static Path run;

  @TempDir private Path images;

  private static MainAccess eman(String... arguments) {
    return MainAccess.run(arguments);
  }

  private static void image(Path file, int color) throws IOException {
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    image.setRGB(3, 3, color);
    assertTrue(ImageIO.write(image, "png", file.toFile()));
  }

  private static MainAccess train(Path photos, Path out) {
    return eman(
        "train",
        "--out=" + out,
        "--dataset=" + photos,
        "--algorithm=supervised",
        "--backbone=resnet8-w4",
        "--labels=1/class",
        "--size=16",
        "--batch=2",
        "--steps=2");
  }

  @BeforeAll
  static void trainOnce() throws IOException {
    assumeTrue(File.separatorChar == '/', "Windows has no such names");
    data = folder.resolve("photos");
    for (String part : List.of("train", "test")) {
      for (int c = 0; c < CLASSES.size(); c++) {
        image(data.resolve(part).resolve(CLASSES.get(c)).resolve("two\nlines.png"), 0xff << 8 * c);
        image(data.resolve(part).resolve(CLASSES.get(c)).resolve("\u001b[2J.png"), 0x7f << 8 * c);
      }
    }
    run = folder.resolve("run");
    MainAccess result = train(data, run);
    assertEquals(0, result.exitCode(), result.err());
  }

  /** Names as a folder's files have them, so that a cell can begin with one. */
  @BeforeEach
  void writeImages() throws IOException {
    for (String name :
        List.of("plain.png", "a,b \"c\".png", "two\nli\rnes.png", "\u001b[2Jx.png")) {
      image(images.resolve(name), 0x123456);
    }
  }

  @Test
  void predict_table_keepsNamesAndBeginsNoFormula() throws IOException {
    Path table = folder.resolve("guesses.csv");
    MainAccess result = eman("predict", run.toString(), images.toString(), "--csv=" + table);
    assertEquals(0, result.exitCode(), result.err());
    List<List<String>> rows = SpreadSheet.read(table);
    try (Stream<Path> files = Files.list(images)) {
      assertEquals(
          files.map(Path::toString).collect(Collectors.toSet()),
          rows.stream().skip(1).map(row -> row.get(0)).collect(Collectors.toSet()));
    }
    for (List<String> row : rows.subList(1, rows.size())) {
      assertEquals(7, row.size());
      assertEquals(
          Set.of("'=1+1", "'@home", "b,\"c\""), Set.of(row.get(1), row.get(3), row.get(5)));
    }
  }

  @Test
  void predict_printed_drivesNoTerminal() {
    MainAccess result = eman("predict", run.toString(), images.toString());
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(4 * (1 + CLASSES.size()), result.out().lines().count(), result.out());
    assertTrue(result.out().contains("two\\nli\\rnes.png"), result.out());
    assertTrue(result.out().contains("\\u001b[2Jx.png"), result.out());
    assertFalse(result.out().contains("\u001b"), result.out());
  }

  @Test
  void error_fileNameInTheMessage_drivesNoTerminal() {
    MainAccess result =
        eman("predict", run.toString(), images.resolve("\u001b[2J\u0007none.png").toString());
    assertEquals(1, result.exitCode());
    assertTrue(result.err().contains("\\u001b[2J\\u0007none.png"), result.err());
    assertFalse(result.err().contains("\u001b"), result.err());
  }

  @Test
  void predict_linksToFolders_areFollowedAsInTraining() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    image(elsewhere.resolve("deep/1.png"), 1);
    Files.createSymbolicLink(images.resolve("linked"), elsewhere);
    Files.createDirectory(images.resolve("a folder.png"));
    Path table = folder.resolve("linked.csv");
    MainAccess result = eman("predict", run.toString(), images.toString(), "--csv=" + table);
    assertEquals(0, result.exitCode(), result.err());
    List<List<String>> rows = SpreadSheet.read(table);
    assertEquals(6, rows.size());
    assertEquals(images.resolve("linked/deep/1.png").toString(), rows.get(5).get(0));
  }

  @Test
  void predict_linkBackToAFolderAbove_isNamed() throws IOException {
    Path loop = Files.createDirectory(images.resolve("below")).resolve("again");
    Files.createSymbolicLink(loop, images);
    MainAccess result = eman("predict", run.toString(), images.toString());
    assertEquals(1, result.exitCode(), result.out());
    assertTrue(result.err().contains(loop + ": "), result.err());
    assertTrue(result.err().contains("remove the link"), result.err());
  }

  @Test
  void train_classNameWithLineBreak_isRefusedAndLeavesNothing() throws IOException {
    Path photos = folder.resolve("odd");
    for (String part : List.of("train", "test")) {
      image(photos.resolve(part).resolve("two\nlines/1.png"), 1);
      image(photos.resolve(part).resolve("other/1.png"), 2);
    }
    Path out = folder.resolve("refused");
    MainAccess result = train(photos, out);
    assertEquals(1, result.exitCode(), result.out());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("found 'two\\nlines'; rename the class"), result.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void evaluate_andReport_classesOfAnyName() throws IOException {
    MainAccess result = eman("evaluate", run.toString());
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("\n=1+1 "), result.out());
    assertTrue(Files.readString(run.resolve("report.html")).contains("b,&quot;c&quot;"));
  }

  @Test
  void train_optionOfTheAlgorithmTwice_exits2AndSaysSo() {
    MainAccess result =
        MainAccess.run("train", "--set=threshold=0.9", "--set=threshold=0.8", "--steps=0");
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("--set: expected threshold once, found twice"), result.err());
  }

  @Test
  void train_optionUnderBothItsNames_exits2AndSaysSo() {
    MainAccess result = MainAccess.run("train", "--clip=1", "--clip-grad-norm=2", "--steps=0");
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("found under a former name too"), result.err());
  }
}
