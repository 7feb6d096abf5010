package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.core.loss.Softmax;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.image.Image;
import dev.eman.train.options.Network;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.xml.sax.InputSource;

/** One short training on real images, and every command that takes it from there. */
class RunCommandsTest {
  @TempDir private static Path folder;
  private static Path run;

  private static MainAccess eman(String... arguments) {
    return MainAccess.run(arguments);
  }

  private static MainAccess train(Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("train", "--out=" + out, "--backbone=resnet8-w8", "--batch=16", "--labels=5%"));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--algorithm=supervised")) {
      arguments.add("--mu=2");
    }
    return eman(arguments.toArray(String[]::new));
  }

  @BeforeAll
  static void trainOnce() {
    run = folder.resolve("run");
    MainAccess result =
        train(
            run,
            "--steps=150",
            "--evaluate-every=50",
            "--set=teacher_momentum=0.95",
            "--set=threshold=0.8");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("test set of 1,000 images, teacher: top1"), result.out());
  }

  @Test
  void train_realImages_hasLearned() throws IOException {
    JsonNode facts = new ObjectMapper().readTree(run.resolve("run.json").toFile());
    double teacher = facts.path("results").path("teacher").path("final_top1").asDouble();
    double student = facts.path("results").path("student").path("final_top1").asDouble();
    // 10% is chance.
    assertTrue(teacher > 0.45, "teacher " + teacher);
    assertTrue(student > 0.4, "student " + student);
    assertEquals("eman", facts.path("teacher").asText());
    assertEquals(64, facts.path("split_hash").asText().length());
    assertEquals(151, Files.readAllLines(run.resolve("metrics.csv")).size());
  }

  @Test
  void evaluate_savedRun_equalsWhatTheTrainingMeasured() throws IOException {
    JsonNode evaluation = new ObjectMapper().readTree(run.resolve("evaluation.json").toFile());
    for (String who : List.of("student", "teacher")) {
      MainAccess result = eman("evaluate", run.toString(), "--network", who);
      assertEquals(0, result.exitCode(), result.err());
      double top1 = 100 * evaluation.path(who).path("top1").asDouble();
      assertTrue(
          result.out().contains(String.format(java.util.Locale.ROOT, "top1 %.2f%%", top1)),
          result.out());
    }
  }

  @Test
  void predict_imagesAndFolder_topFiveAndTable() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    var test = FashionMnistMiniProvider.open(Part.TEST);
    for (int i = 0; i < 3; i++) {
      Image image = test.image(i);
      BufferedImage gray = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
      gray.getRaster().setDataElements(0, 0, 28, 28, image.toByteArray());
      ImageIO.write(gray, "png", images.resolve(i + ".png").toFile());
    }
    MainAccess one = eman("predict", run.toString(), images.resolve("0.png").toString());
    assertEquals(0, one.exitCode(), one.err());
    assertEquals(6, one.out().lines().count(), one.out());
    assertTrue(one.out().contains("%  "), one.out());
    Path table = folder.resolve("guesses.csv");
    MainAccess all = eman("predict", run.toString(), images.toString(), "--csv=" + table);
    assertEquals(0, all.exitCode(), all.err());
    List<List<String>> rows = SpreadSheet.read(table);
    assertEquals(4, rows.size());
    assertEquals(11, rows.get(1).size());
    // The same probabilities as on the data set's own pixels: PNG loses nothing.
    assertTrue(one.out().contains(rows.get(1).get(1)), one.out());
    MainAccess missing = eman("predict", run.toString(), images.resolve("9.png").toString());
    assertEquals(1, missing.exitCode());
    assertTrue(missing.err().contains("found nothing"), missing.err());
  }

  @Test
  void export_plainDl4j_equalOutputs() throws IOException {
    Path zip = folder.resolve("model.zip");
    for (Network network : Network.values()) {
      MainAccess result =
          eman("export", run.toString(), "--out=" + zip, "--network=" + network.name());
      assertEquals(0, result.exitCode(), result.err());
      ComputationGraph stock = ModelSerializer.restoreComputationGraph(zip.toFile(), false);
      for (var layer : stock.getLayers()) {
        assertFalse(layer.conf().getLayer().getClass().getName().startsWith("dev.eman"));
      }
      Checkpoint checkpoint = Checkpoint.read(run.resolve("last.ckpt"));
      ComputationGraph ours = dev.eman.core.nn.Backbones.named("resnet8-w8", 1).classifier(10, 1);
      checkpoint.load(network == Network.TEACHER, dev.eman.core.model.ParameterTable.of(ours));
      INDArray images = Nd4j.rand(DataType.FLOAT, 8, 1, 28, 28);
      INDArray expected = Softmax.of(ours.outputSingle(images));
      INDArray found = stock.outputSingle(images);
      assertArrayEquals(expected.data().asFloat(), found.dup('c').data().asFloat(), 1e-5f);
    }
  }

  @Test
  void report_oneAndSeveral_wellFormedAndComplete() throws Exception {
    Path page = folder.resolve("page.html");
    assertEquals(0, eman("report", run.toString(), "--out=" + page).exitCode());
    String html = Files.readString(page);
    assertWellFormed(html);
    assertTrue(html.contains("<polyline"), "charts");
    assertTrue(html.contains("Confusion on the test set, teacher"));
    assertTrue(html.contains("<h2>Most confident wrong predictions on unlabelled images</h2>"));
    assertFalse(html.contains("http://") || html.contains("https://"), "nothing from elsewhere");
    assertEquals(0, eman("report", run.toString(), run.toString(), "--out=" + page).exitCode());
    assertWellFormed(Files.readString(page));
    MainAccess missing = eman("report", folder.resolve("nowhere").toString());
    assertEquals(1, missing.exitCode());
    assertTrue(missing.err().contains("expected the folder of a run"), missing.err());
  }

  private static void assertWellFormed(String html) throws Exception {
    String xml = html.replace("<!DOCTYPE html>", "").replace("&nbsp;", " ");
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  @Test
  void train_folderInUse_isRefusedAndNothingIsTouched() throws IOException {
    byte[] before = Files.readAllBytes(run.resolve("last.ckpt"));
    MainAccess again = train(run, "--steps=1");
    assertEquals(1, again.exitCode());
    assertTrue(again.err().contains("already holds a run"), again.err());
    assertArrayEquals(before, Files.readAllBytes(run.resolve("last.ckpt")));
  }

  @Test
  void train_configFile_flagsOverrideAndUnknownKeysAreNamed() throws IOException {
    Path yaml = folder.resolve("config.yaml");
    Files.writeString(
        yaml,
        "steps: 3\n"
            + "backbone: resnet8-w4\n"
            + "batch: 4\n"
            + "mu: 2\n"
            + "set:\n"
            + "  threshold: 0.7\n"
            + "  teacher: none\n");
    Path out = folder.resolve("configured");
    MainAccess result = eman("train", "--config=" + yaml, "--steps=2", "--out=" + out);
    assertEquals(0, result.exitCode(), result.err());
    String resolved = Files.readString(out.resolve("config.yaml"));
    assertTrue(resolved.contains("steps: 2") || resolved.contains("steps: \"2\""), resolved);
    assertTrue(resolved.contains("threshold: 0.7") || resolved.contains("\"0.7\""), resolved);
    Files.writeString(yaml, "stepps: 3\n");
    MainAccess wrong = eman("train", "--config=" + yaml, "--out=" + folder.resolve("x"));
    assertEquals(2, wrong.exitCode());
    assertTrue(wrong.err().contains("did you mean steps?"), wrong.err());
    assertFalse(Files.exists(folder.resolve("x")));
  }

  @Test
  void resume_killedBeforeTheFirstCheckpoint_beginsAnewWithoutRepeatingRows() throws IOException {
    Path out = folder.resolve("early");
    assertEquals(0, train(out, "--steps=3", "--algorithm=supervised", "--map-images=0").exitCode());
    List<String> rows = Files.readAllLines(out.resolve("metrics.csv"));
    Files.delete(out.resolve("last.ckpt"));
    MainAccess again = eman("train", "--resume=" + out);
    assertEquals(0, again.exitCode(), again.err());
    List<String> repeated = Files.readAllLines(out.resolve("metrics.csv"));
    assertEquals(rows.size(), repeated.size());
    assertEquals(rows.get(0), repeated.get(0));
    for (String option :
        List.of("--batch=5", "--set=threshold=0.5", "--out=" + folder, "--steps=2")) {
      MainAccess refused = eman("train", "--resume=" + out, option);
      assertEquals(2, refused.exitCode(), option);
      String name = option.substring(0, option.indexOf('='));
      assertTrue(refused.err().startsWith("eman: " + name + ": "), refused.err());
    }
    MainAccess nothing = eman("train", "--resume=" + folder.resolve("nowhere"));
    assertEquals(1, nothing.exitCode());
    assertTrue(nothing.err().contains("expected the folder of a run"), nothing.err());
  }

  @Test
  void resume_damagedMetrics_refusedUntilRebuilt() throws IOException {
    Path out = folder.resolve("damaged");
    assertEquals(0, train(out, "--steps=4", "--algorithm=supervised", "--map-images=0").exitCode());
    Path metrics = out.resolve("metrics.csv");
    List<String> sound = Files.readAllLines(metrics);
    String[] cells = sound.get(2).split(",", -1);
    cells[2] = "?";
    Files.writeString(
        metrics, String.join("\n", sound).replace(sound.get(2), String.join(",", cells)) + "\n");
    byte[] checkpoint = Files.readAllBytes(out.resolve("last.ckpt"));
    for (String[] command :
        List.of(
            new String[] {"train", "--resume=" + out}, new String[] {"report", out.toString()})) {
      MainAccess refused = eman(command);
      assertEquals(1, refused.exitCode(), refused.out());
      assertEquals(1, refused.err().lines().count(), refused.err());
      assertTrue(refused.err().contains(metrics + " is damaged: row 2: "), refused.err());
      assertTrue(refused.err().contains("--rebuild-metrics"), refused.err());
    }
    assertArrayEquals(checkpoint, Files.readAllBytes(out.resolve("last.ckpt")));
    Files.delete(metrics);
    MainAccess deleted = eman("train", "--resume=" + out);
    assertEquals(1, deleted.exitCode(), deleted.out());
    assertTrue(deleted.err().contains("there is no such file"), deleted.err());
    assertFalse(Files.exists(metrics), "no new file hides that");
    MainAccess rebuilt = eman("train", "--resume=" + out, "--rebuild-metrics");
    assertEquals(0, rebuilt.exitCode(), rebuilt.err());
    assertEquals(5, Files.readAllLines(metrics).size());
    assertEquals(0, eman("report", out.toString()).exitCode());
    assertEquals(2, train(folder.resolve("w"), "--rebuild-metrics").exitCode());
  }

  @Test
  void train_wrongOptions_areNamed() {
    MainAccess option = train(folder.resolve("y"), "--stepps=3");
    assertEquals(2, option.exitCode());
    MainAccess setting = train(folder.resolve("y"), "--set=treshold=0.5", "--steps=1");
    assertEquals(2, setting.exitCode());
    assertTrue(setting.err().contains("did you mean threshold?"), setting.err());
    MainAccess algorithm = train(folder.resolve("z"), "--algorithm=fixmach", "--steps=1");
    assertEquals(2, algorithm.exitCode());
    assertTrue(algorithm.err().contains("did you mean fixmatch?"), algorithm.err());
  }

  @Test
  void train_infiniteLoss_stopsAndNamesStepAndTerm() {
    MainAccess result =
        train(
            folder.resolve("nan"),
            "--algorithm=supervised",
            "--learning-rate=1e30",
            "--weight-decay=0",
            "--steps=20",
            "--checkpoint-every=1");
    assertEquals(1, result.exitCode(), result.out());
    assertTrue(result.err().contains("step "), result.err());
    assertEquals(1, result.err().lines().filter(l -> l.startsWith("eman:")).count());
    // What was good is there and whole.
    Checkpoint.read(folder.resolve("nan").resolve("last.ckpt"));
  }

  @Test
  void aDamagedOrForeignCheckpoint_isAClearError() throws IOException {
    byte[] sound = Files.readAllBytes(run.resolve("last.ckpt"));
    Path file = folder.resolve("damaged.ckpt");
    for (int length : new int[] {0, 10, sound.length / 2, sound.length - 60}) {
      Files.write(file, Arrays.copyOf(sound, length));
      MainAccess result = eman("evaluate", file.toString());
      assertEquals(1, result.exitCode(), "length " + length);
      assertTrue(result.err().contains(file.toString()), result.err());
    }
    byte[] flipped = sound.clone();
    flipped[sound.length / 2] ^= 1;
    Files.write(file, flipped);
    MainAccess result = eman("evaluate", file.toString());
    assertEquals(1, result.exitCode());
    assertTrue(result.err().contains("damaged"), result.err());
    assertEquals(1, eman("evaluate", folder.resolve("none.ckpt").toString()).exitCode());
  }
}
