package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.split.AddedImages;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.datasets.split.UnlabeledPool;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DataCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  private int run(String... arguments) {
    CommandLine command = Main.commandLine(false);
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(arguments);
  }

  @Test
  void list_always_hasTheEmbeddedSet() {
    assertEquals(0, run("data", "list"));
    assertTrue(
        out.toString().matches("(?s).*fashion-mnist-mini +here: train, test.*"), () -> "" + out);
  }

  @Test
  void info_embeddedSet_countsAndSplit() {
    assertEquals(0, run("data", "info", "fashion-mnist-mini", "--labels", "1%"), err::toString);
    String text = out.toString();
    assertTrue(text.contains("train: 6,000 images, 10 classes"), text);
    assertTrue(text.contains("test: 1,000 images"), text);
    assertTrue(text.contains("mean 0.2869, deviation 0.3538"), text);
    assertTrue(text.matches("(?s).*Sneaker +600 +6 +0.*"), text);
  }

  @Test
  void info_longTail_countsEachClass() {
    String[] tail = {"data", "info", "fashion-mnist-mini", "--labels=100/class", "--imbalance=50"};
    assertEquals(0, run(tail), err::toString);
    String text = out.toString();
    assertTrue(text.matches("(?s).*class +images +labelled validation unlabelled.*"), text);
    // Class 0 has 500 images besides 100 labelled ones, class 9 a fiftieth of both.
    assertTrue(text.matches("(?s).*T-shirt/top +600 +100 +0 +600.*"), text);
    assertTrue(text.matches("(?s).*Ankle boot +600 +2 +0 +12.*"), text);
    assertEquals(2, run("data", "info", "fashion-mnist-mini", "--labels=5/class", "--imbalance=0"));
    assertTrue(err.toString().contains("--imbalance: expected the images of the"), err::toString);
    assertEquals(2, run("data", "info", "fashion-mnist-mini", "--imbalance=5"));
    assertTrue(err.toString().contains("expected --labels beside it"), err::toString);
  }

  @Test
  void info_savedSplit_isReadBack() {
    Path split = folder.resolve("one.split");
    String[] save = {
      "data", "info", "fashion-mnist-mini", "--labels=5/class", "--save-split=" + split
    };
    assertEquals(0, run(save), err::toString);
    String hash = out.toString().replaceAll("(?s).*hash ([0-9a-f]{64}).*", "$1");
    out.getBuffer().setLength(0);
    assertEquals(0, run("data", "info", "fashion-mnist-mini", "--labels-file=" + split));
    assertTrue(out.toString().contains("hash " + hash), out::toString);
    for (String option : List.of("--split-seed=1", "--validation=0.2", "--unlabeled=rest")) {
      assertMistake(
          option.replaceAll("=.*", "") + ": expected no saved split beside it",
          "--labels-file=" + split,
          option);
    }
  }

  /** As a run with --unlabeled-data leaves it. */
  @Test
  void info_splitWithAddedImages_countsThem() throws IOException {
    Path more = Files.createDirectory(folder.resolve("more"));
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(image, "png", more.resolve("1.png").toFile());
    Path saved = folder.resolve("labels.split");
    DataDirectories here = DataDirectories.of(null);
    DatasetProvider data = Datasets.named("fashion-mnist-mini");
    try (ImageDataset train = data.open(Part.TRAIN, here);
        ImageDataset added = AddedImages.open(more, data, here, Orientation.EXIF)) {
      LabelSplit.draw(train, LabelAmount.perClass(5), 0, 0, UnlabeledPool.ALL)
          .withAdded(added)
          .save(saved);
    }
    assertEquals(
        0, run("data", "info", "fashion-mnist-mini", "--labels-file=" + saved), err::toString);
    assertTrue(
        out.toString()
            .contains(
                "6,001 images are used without labels, 0 of them the data set's own unlabelled"
                    + " ones, 1 of --unlabeled-data; hash "),
        out::toString);
  }

  @Test
  void info_oneImageOfTenIsDamaged_namedAndTheSplitSaved() throws IOException {
    Path photos = folder.resolve("photos");
    writePhotos(photos, "train/cat", 5);
    writePhotos(photos, "train/dog", 5);
    Files.writeString(photos.resolve("train/dog/3.png"), "no image");
    Path split = folder.resolve("one.split");
    String[] info = {
      "data", "info", photos.toString(), "--labels=2/class", "--save-split=" + split
    };
    assertEquals(0, run(info), err::toString);
    String text = out.toString();
    assertTrue(text.contains("note: 1 image cannot be decoded: dog/3.png; eman data check"), text);
    assertTrue(text.contains("8x8 pixels"), text);
    assertTrue(text.matches("(?s).*dog +5 +1 +2 +0.*"), text);
    assertTrue(Files.exists(split));
  }

  @Test
  void info_allImagesDamaged_namedAndNoSizes() throws IOException {
    Path photos = folder.resolve("photos");
    writePhotos(photos, "", 7);
    for (int i = 0; i < 7; i++) {
      Files.writeString(photos.resolve(i + ".png"), "no image");
    }
    assertEquals(0, run("data", "info", photos.toString()), err::toString);
    assertTrue(out.toString().contains("note: 7 images cannot be decoded: 0.png, "), "" + out);
    assertTrue(out.toString().contains("4.png, ...; eman data check"), out::toString);
    assertFalse(out.toString().contains("pixels"), out::toString);
  }

  private static void writePhotos(Path root, String name, int count) throws IOException {
    Path photos = Files.createDirectories(root.resolve(name));
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      image.setRGB(i, i, 0xffffff - name.hashCode());
      ImageIO.write(image, "png", photos.resolve(i + ".png").toFile());
    }
  }

  @Test
  void info_optionsWithoutEffect_areMistakes() {
    Path split = folder.resolve("one.split");
    String[] info = {"data", "info", "fashion-mnist-mini", "--images=" + folder};
    assertEquals(2, run(info), out::toString);
    assertTrue(err.toString().contains("--images: expected a table"), err::toString);
    assertEquals(2, run("data", "check", "fashion-mnist-mini", "--images=" + folder));
    info[3] = "--labels=1/class";
    String[] both = Arrays.copyOf(info, 5);
    both[4] = "--labels-file=" + split;
    assertEquals(2, run(both), out::toString);
    assertTrue(err.toString().contains("--labels: expected no --labels-file"), err::toString);
    for (String option : List.of("--split-seed=1", "--validation=0.2", "--unlabeled=rest")) {
      assertMistake(
          option.replaceAll("=.*", "") + ": expected --labels or --labels-file beside it", option);
    }
    Path list = folder.resolve("list.txt");
    assertMistake(
        "--split-seed: expected --validation beside it", "--labels-file=" + list, "--split-seed=1");
  }

  @Test
  void info_validationOutOfRange_isAMistake() {
    for (String part : List.of("-0.1", "1", "NaN")) {
      assertMistake("--validation: expected from 0 on", "--labels=1%", "--validation=" + part);
    }
  }

  private void assertMistake(String message, String... options) {
    List<String> info = new ArrayList<>(List.of("data", "info", "fashion-mnist-mini"));
    info.addAll(List.of(options));
    err.getBuffer().setLength(0);
    assertEquals(2, run(info.toArray(String[]::new)), err::toString);
    assertTrue(err.toString().contains(message), err::toString);
  }

  @Test
  void preview_embeddedSet_writesThePictureAlone() throws IOException {
    Path file = folder.resolve("sheet.png");
    String[] arguments = {
      "data", "preview", "fashion-mnist-mini", "--out", file.toString(), "--count", "2"
    };
    assertEquals(0, run(arguments), err::toString);
    BufferedImage sheet = ImageIO.read(file.toFile());
    assertTrue(sheet.getWidth() > 600 && sheet.getHeight() > 500, sheet::toString);
    try (Stream<Path> files = Files.list(folder)) {
      assertArrayEquals(new Path[] {file}, files.toArray());
    }
  }

  @Test
  void preview_nameOfAnotherFormat_refused() {
    for (String name : List.of("sheet.jpg", "sheet.png.webp")) {
      Path file = folder.resolve(name);
      assertEquals(2, run("data", "preview", "fashion-mnist-mini", "--out=" + file));
      assertTrue(err.toString().contains("expected a name that ends in .png"), err::toString);
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void preview_imagesIsANumber_asManyAsBefore() throws IOException {
    Path file = folder.resolve("sheet.png");
    String preview = "data preview fashion-mnist-mini --out=" + file + " ";
    List<Integer> heights = new ArrayList<>();
    for (String option : List.of("--count=1", "--images=1", "--count=2", "--images=2")) {
      assertEquals(0, run((preview + option).split(" ")), err::toString);
      heights.add(ImageIO.read(file.toFile()).getHeight());
    }
    assertEquals(heights.get(0), heights.get(1));
    assertEquals(heights.get(2), heights.get(3));
    assertTrue(heights.get(2) > heights.get(0), heights::toString);
    for (String option : List.of("--count=0", "--count=101", "--images=0")) {
      assertEquals(2, run((preview + option).split(" ")));
      assertTrue(err.toString().contains("expected --count from 1 to 100"), err::toString);
    }
  }

  @Test
  void preview_tableOfImagesElsewhere_theirFolderIsNamed() throws IOException {
    writePhotos(folder, "photos", 2);
    Path table = Files.writeString(folder.resolve("labels.csv"), "image,label\n0,cat\n1,dog\n");
    Path file = folder.resolve("sheet.png");
    String[] preview = {"data", "preview", table.toString(), "--out=" + file, "--size=8"};
    assertEquals(1, run(preview));
    String option = "--images " + folder.resolve("photos");
    assertTrue(err.toString().contains("add " + option), err::toString);
    preview[4] = option.replace(' ', '=');
    assertEquals(0, run(preview), err::toString);
    assertTrue(Files.exists(file));
    preview[2] = "fashion-mnist-mini";
    assertEquals(2, run(preview), err::toString);
  }

  @Test
  void preview_imageTooLongToBeScaled_isNamed() throws IOException {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    BufferedImage strip = new BufferedImage(1, 500, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(strip, "png", photos.resolve("strip.png").toFile());
    assertEquals(1, run("data", "preview", photos.toString(), "--out=" + folder.resolve("a.png")));
    assertTrue(err.toString().contains("strip.png: expected at most 16,777,216"), err::toString);
  }

  @Test
  void preview_photosWithoutLabels_areDrawn() throws IOException {
    writePhotos(folder, "photos", 2);
    Path file = folder.resolve("sheet.png");
    String photos = folder.resolve("photos").toString();
    assertEquals(0, run("data", "preview", photos, "--out=" + file), err::toString);
    assertTrue(Files.exists(file));
  }

  @Test
  void info_tableLabelsAllPhotos_saysNothingOfOthers() throws IOException {
    writePhotos(folder, "photos", 2);
    Path table = Files.writeString(folder.resolve("labels.csv"), "image,label\n0,cat\n1,dog\n");
    String photos = folder.resolve("photos").toString();
    assertEquals(0, run("data", "info", photos, "--labels-file=" + table), err::toString);
    assertTrue(out.toString().contains("train: 2 images, 2 classes"), out::toString);
    assertTrue(out.toString().contains("note: nothing can be held out"), out::toString);
    assertFalse(out.toString().contains("not on this machine"), out::toString);
  }

  @Test
  void preview_fileInTheWay_oneLineAndNoStackTrace() throws IOException {
    Path taken = Files.writeString(folder.resolve("taken"), "");
    Path file = taken.resolve("sheet.png");
    assertEquals(1, run("data", "preview", "fashion-mnist-mini", "--out", file.toString()));
    assertTrue(err.toString().contains("cannot make the folder " + taken), err::toString);
    assertEquals(1, err.toString().lines().count());
  }

  @Test
  void files_inAMissingFolder_areWritten() {
    Path sheet = folder.resolve("sheets/new/sheet.png");
    String preview = "data preview fashion-mnist-mini --count=1 --out=" + sheet;
    assertEquals(0, run(preview.split(" ")), err::toString);
    assertTrue(Files.exists(sheet));
    Path split = folder.resolve("splits/new/one.split");
    String save = "data info fashion-mnist-mini --labels=5/class --save-split=" + split;
    assertEquals(0, run(save.split(" ")), err::toString);
    assertTrue(Files.exists(split));
    Path findings = folder.resolve("checks/new/findings.csv");
    String check = "data check fashion-mnist-mini --csv=" + findings;
    assertEquals(0, run(check.split(" ")), err::toString);
    assertTrue(Files.exists(findings));
  }

  @Test
  void info_saveSplitWithoutASplit_isRefused() {
    Path split = folder.resolve("new/one.split");
    assertEquals(2, run("data", "info", "fashion-mnist-mini", "--save-split=" + split));
    assertTrue(err.toString().contains("--save-split: expected --labels"), err::toString);
    assertFalse(Files.exists(split.getParent()));
  }

  @Test
  void info_splitOfImagesWithoutLabels_isRefused() throws IOException {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(image, "png", photos.resolve("1.png").toFile());
    Path split = folder.resolve("new/one.split");
    for (String[] options :
        List.of(
            new String[] {"--labels=1%", "--save-split=" + split}, new String[] {"--labels=1%"})) {
      List<String> info = new ArrayList<>(List.of("data", "info", photos.toString()));
      info.addAll(List.of(options));
      assertEquals(2, run(info.toArray(String[]::new)), out::toString);
      assertTrue(
          err.toString().contains(photos + ": expected training images with labels"),
          err::toString);
      err.getBuffer().setLength(0);
    }
    assertFalse(Files.exists(split.getParent()));
    assertEquals(
        2, run("data", "info", photos.toString(), "--labels=1%", "--labels-file=" + split));
    assertTrue(err.toString().contains("--labels: expected no --labels-file"), err::toString);
    assertEquals(2, run("data", "info", photos.toString(), "--imbalance=5"), out::toString);
    assertEquals("", out.toString());
  }

  @Test
  void wrongNames_areMistakesInUsageWithASuggestion() {
    assertEquals(2, run("data", "info", "fashion-mnist-miny"));
    assertTrue(err.toString().contains("did you mean fashion-mnist-mini?"), err::toString);
    assertEquals(2, run("data", "info", "fashion-mnist-mini", "--labels", "many"));
    assertTrue(err.toString().contains("expected a part such as 1%"), err::toString);
    assertEquals(
        2, run("data", "preview", "fashion-mnist-mini", "--out=x", "--weak=fixmatch-weka"));
    assertTrue(err.toString().contains("did you mean fixmatch-weak?"), err::toString);
  }

  @Test
  void fetch_embeddedSet_isRefused() {
    assertEquals(1, run("data", "fetch", "fashion-mnist-mini"));
    assertTrue(err.toString().contains("it comes with the program"), err::toString);
  }

  @Test
  void fetch_ownPhotos_isAMistake() throws IOException {
    writePhotos(folder, "photos", 1);
    Path photos = folder.resolve("photos");
    assertEquals(2, run("data", "fetch", photos.toString()));
    assertTrue(
        err.toString().contains("expected a data set's name, found " + photos + ", which are"),
        err::toString);
  }

  @Test
  void check_flatFolderWithTable_exitCodeAndForms() throws IOException {
    for (int i = 0; i < 3; i++) {
      BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      image.setRGB(i, 2 * i, 0xffffff);
      ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
    }
    Path table = folder.resolve("labels.csv");
    Files.writeString(table, "id;label\n0;cat\n1;dog\n");
    Path findings = folder.resolve("findings.csv");
    String[] arguments = {
      "data", "check", folder.toString(), "--labels-file=" + table, "--csv=" + findings
    };
    assertEquals(0, run(arguments), err::toString);
    assertTrue(out.toString().contains("warning: 2 classes have few labelled images"), "" + out);
    assertTrue(
        Files.readString(findings)
            .startsWith("severity,kind,part,subject,detail\nwarning,tiny-class"),
        Files.readString(findings));
    Files.writeString(folder.resolve("1.png"), "no image");
    out.getBuffer().setLength(0);
    assertEquals(1, run("data", "check", table.toString(), "--json"), err::toString);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertFalse(json.get("ok").asBoolean());
    assertEquals("corrupt", json.get("findings").get(0).get("kind").asText());
    assertEquals("1.png", json.get("findings").get(0).get("subject").asText());
  }
}
