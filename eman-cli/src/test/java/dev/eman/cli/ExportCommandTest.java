package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import dev.eman.core.loss.Softmax;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.options.Network;
import dev.eman.weights.SafeTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;

/** What an exported file holds, and that it is enough. */
class ExportCommandTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @TempDir private Path folder;

  private MainAccess export(String run, Path to, String... more) {
    String[] all = new String[3 + more.length];
    all[0] = "export";
    all[1] = GOLDEN.resolve(run).toString();
    all[2] = "--out=" + to;
    System.arraycopy(more, 0, all, 3, more.length);
    MainAccess result = MainAccess.run(all);
    assertEquals(0, result.exitCode(), result.err());
    return result;
  }

  private static float[] firstConvolution(Path safetensors) {
    try (SafeTensors file = SafeTensors.open(safetensors)) {
      return file.read("conv1.weight");
    }
  }

  private static float[] firstConvolution(String run, Network network) {
    ComputationGraph graph =
        RunCheckpoint.open(GOLDEN.resolve(run), RunCheckpoint.Which.LAST).weights(network);
    return graph.getParam("conv1_W").dup('c').data().asFloat();
  }

  @ParameterizedTest
  @CsvSource({"fixmatch, TEACHER", "moco, TEACHER", "mean-teacher, STUDENT", "supervised, STUDENT"})
  void export_safetensors_theNetworkToDeploy(String run, Network expected) {
    Path file = folder.resolve("made/model.safetensors");
    MainAccess result = export(run, file, "--format=safetensors");
    assertArrayEquals(firstConvolution(run, expected), firstConvolution(file));
    assertTrue(result.out().startsWith(expected.label()), result.out());
    export(run, file, "--format=safetensors", "--network=student");
    assertArrayEquals(firstConvolution(run, Network.STUDENT), firstConvolution(file));
  }

  /** To make the card of what was written, the command would wait for itself. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void export_pipe_isRefused() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    MainAccess result =
        MainAccess.run(
            "export",
            GOLDEN.resolve("fixmatch").toString(),
            "--out=" + pipe,
            "--format=safetensors");
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.err().contains("expected a file, found a device or pipe: " + pipe));
  }

  @Test
  void export_safetensors_metadataSayHowToUseIt() throws IOException {
    Path file = folder.resolve("model.safetensors");
    export("fixmatch", file, "--format=safetensors");
    ImmutableMap<String, String> facts;
    try (SafeTensors weights = SafeTensors.open(file)) {
      facts = weights.metadata();
    }
    JsonNode classes = new ObjectMapper().readTree(facts.get("classes"));
    assertEquals(10, classes.size());
    assertEquals("Ankle boot", classes.get(9).textValue());
    assertEquals("resnet8-w4", facts.get("backbone"));
    assertEquals("teacher", facts.get("network"));
    assertEquals("28", facts.get("image_size"));
    assertEquals("none", facts.get("test_view"));
    assertTrue(String.valueOf(facts.get("mean")).matches("\\[0\\.\\d+]"), facts::toString);
    assertTrue(String.valueOf(facts.get("deviation")).matches("\\[0\\.\\d+]"), facts::toString);
  }

  @Test
  void knn_exportedFile_asTheRun() {
    Path file = folder.resolve("model.safetensors");
    export("moco", file, "--format=safetensors");
    MainAccess run =
        MainAccess.run("knn", GOLDEN.resolve("moco").toString(), "--network=teacher", "--k=5");
    MainAccess exported = MainAccess.run("knn", file.toString(), "--k=5");
    assertEquals(0, exported.exitCode(), exported.err());
    assertEquals(run.out().lines().skip(1).toList(), exported.out().lines().skip(1).toList());
  }

  @Test
  void export_dl4j_normaliserAndLabelsInside() throws IOException {
    Path file = folder.resolve("model.zip");
    MainAccess result = export("fixmatch", file);
    assertTrue(result.out().startsWith("teacher written to " + file), result.out());
    INDArray pixels = Nd4j.rand(DataType.FLOAT, 4, 1, 28, 28).muli(255);
    RunCheckpoint run = RunCheckpoint.open(GOLDEN.resolve("fixmatch"), RunCheckpoint.Which.LAST);
    INDArray normalised =
        pixels
            .div(255)
            .subi(run.statistics().mean().get(0))
            .divi(run.statistics().deviation().get(0));
    INDArray expected = Softmax.of(run.network(Network.TEACHER).logits(normalised)).dup();

    ComputationGraph network = ModelSerializer.restoreComputationGraph(file.toFile());
    NormalizerStandardize normalizer = ModelSerializer.restoreNormalizerFromFile(file.toFile());
    normalizer.transform(pixels);
    assertArrayEquals(
        expected.dup('c').data().asFloat(),
        network.outputSingle(pixels).dup('c').data().asFloat(),
        1e-5f);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      List<String> labels = text(zip, "labels.txt").lines().toList();
      assertEquals(run.classNames(), labels);
      JsonNode facts = new ObjectMapper().readTree(text(zip, "eman.json"));
      assertEquals(28, facts.path("image_size").asInt());
      assertEquals("fashion-mnist-mini", facts.path("dataset").asText());
    }
  }

  private JsonNode card(String name) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(name).toFile());
  }

  @Test
  void export_anyFormat_cardSaysWhatIsKnown() throws IOException {
    Path file = folder.resolve("model.zip");
    MainAccess result = export("fixmatch", file);
    assertTrue(result.out().contains("model-card.md says what is known"), result.out());
    JsonNode card = card("model-card.json");
    assertEquals(
        Hashing.sha256().hashBytes(Files.readAllBytes(file)).toString(),
        card.path("file").path("sha256").asText());
    assertEquals("dl4j", card.path("file").path("format").asText());
    assertEquals("teacher", card.path("model").path("network").asText());
    assertEquals(8, card.path("model").path("steps").asLong());
    assertEquals(
        "e9852581ba67ce9083eee709c6ed0df8", card.path("data").path("fingerprint").asText());
    assertTrue(card.path("data").path("labels").asText().startsWith("20 of 6000 images"));
    assertEquals("0.2", card.path("options").path("set").path("threshold").asText());
    assertEquals(0.116, card.path("accuracy").path("top1").asDouble()); // The run went to step 12.
    assertFalse(card.path("accuracy").has("classes"));
    assertEquals("69b7c6eb469a", card.path("program").path("trained_by").path("commit").asText());
    assertEquals("eman export fixmatch --out=model.zip", card.path("command").asText());
    assertTrue(card.path("limits").size() >= 3, card::toString);
    String page = Files.readString(folder.resolve("model-card.md"));
    assertTrue(page.contains("Top-1 11.60%"), page);
    assertFalse(page.contains(folder.toString()), page);
  }

  @Test
  void export_finishedRun_cardHasAccuraciesOfClasses() throws IOException {
    Path run = folder.resolve("run");
    MainAccess trained =
        MainAccess.run(
            "train",
            "--algorithm=supervised",
            "--dataset=fashion-mnist-mini",
            "--labels=2/class",
            "--backbone=resnet8-w4",
            "--batch=8",
            "--steps=6",
            "--map-images=0",
            "--out=" + run);
    assertEquals(0, trained.exitCode(), trained.err());
    Path file = folder.resolve("model.safetensors");
    MainAccess exported =
        MainAccess.run("export", run.toString(), "--format=safetensors", "--out=" + file);
    assertEquals(0, exported.exitCode(), exported.err());
    JsonNode accuracy = card("model-card.json").path("accuracy");
    JsonNode measured =
        new ObjectMapper().readTree(run.resolve("evaluation.json").toFile()).path("student");
    assertEquals(measured.path("top1"), accuracy.path("top1"));
    assertEquals(1000, accuracy.path("images").asLong());
    JsonNode confusion = measured.path("confusion");
    int k = 0; // A class that was predicted at least once.
    while (confusion.path(k).path(k).asLong() == 0) {
      k++;
    }
    long predicted = 0;
    for (JsonNode row : confusion) {
      predicted += row.path(k).asLong();
    }
    double correct = confusion.path(k).path(k).asDouble();
    JsonNode found = accuracy.path("classes").path(k);
    assertEquals(100, found.path("images").asLong());
    assertEquals(correct / 100, found.path("recall").asDouble(), 1e-9);
    assertEquals(correct / predicted, found.path("precision").asDouble(), 1e-9);
    String page = Files.readString(folder.resolve("model-card.md"));
    String row =
        String.format(
            Locale.ROOT,
            "| %s | 100 | %.1f%% | %.1f%% |",
            found.path("class").asText(),
            correct,
            100 * correct / predicted);
    assertTrue(page.contains(row), page);
    assertFalse(page.contains(folder.toString()), page);
  }

  @Test
  void export_besideOtherCards_keepsThem() throws IOException {
    export("fixmatch", folder.resolve("a.zip"));
    export("moco", folder.resolve("b.safetensors"), "--format=safetensors");
    assertEquals("a.zip", card("model-card.json").path("file").path("name").asText());
    JsonNode other = card("b.safetensors.model-card.json");
    assertEquals("b.safetensors", other.path("file").path("name").asText());
    assertTrue(other.path("accuracy").path("measured_on").asText().contains("nearest neighbours"));
    export("supervised", folder.resolve("a.zip"));
    assertEquals("student", card("model-card.json").path("model").path("network").asText());
    Path own = folder.resolve("own");
    Files.createDirectory(own);
    Files.writeString(own.resolve("model-card.md"), "mine");
    export("fixmatch", own.resolve("a.zip"));
    assertEquals("mine", Files.readString(own.resolve("model-card.md")));
    assertTrue(Files.exists(own.resolve("a.zip.model-card.md")));
    export("fixmatch", folder.resolve("none/a.zip"), "--no-card");
    assertFalse(Files.exists(folder.resolve("none/model-card.md")));
  }

  @Test
  void export_checkpointWithoutFinalMeasurement_saysSo() throws IOException {
    Path run = folder.resolve("run");
    Files.createDirectory(run);
    Files.copy(GOLDEN.resolve("fixmatch/last.ckpt"), run.resolve("last.ckpt"));
    MainAccess result =
        MainAccess.run("export", run.toString(), "--out=" + folder.resolve("model.zip"));
    assertEquals(0, result.exitCode(), result.err());
    JsonNode card = card("model-card.json");
    assertEquals(0.116, card.path("accuracy").path("top1").asDouble());
    assertFalse(card.path("accuracy").has("classes"));
    assertTrue(card.path("limits").toString().contains("per class are not recorded"));
  }

  @Test
  void export_onnxWithoutRuntime_saysWhatToDo() {
    Path file = folder.resolve("model.onnx");
    String run = GOLDEN.resolve("fixmatch").toString();
    MainAccess result = MainAccess.run("export", run, "--format=onnx", "--out=" + file);
    assertEquals(2, result.exitCode(), result.out());
    assertTrue(result.err().contains("expected eman-onnx on the class path"), result.err());
    assertFalse(Files.exists(file));
    MainAccess unverified = export("fixmatch", file, "--format=onnx", "--no-verify");
    assertTrue(unverified.out().contains("not verified"), unverified.out());
    assertTrue(Files.exists(file));
    Path zip = folder.resolve("model.zip");
    MainAccess other = MainAccess.run("export", run, "--out=" + zip, "--softmax");
    assertEquals(2, other.exitCode());
    assertTrue(other.err().contains("expected with --format onnx"), other.err());
  }

  @ParameterizedTest
  @CsvSource({
    "model.safetensors, safetensors, --no-card",
    "model.ONNX, onnx, --no-verify --softmax",
    "model.zip, dl4j, --no-card",
    "model, dl4j, --no-card"
  })
  void export_withoutFormat_takesItFromTheEnding(String name, String format, String options)
      throws IOException {
    Path file = folder.resolve(name);
    MainAccess result = export("fixmatch", file, options.split(" "));
    assertTrue(
        result.out().startsWith("teacher written to " + file + " (" + format + ");"), result.out());
    if (format.equals("safetensors")) {
      assertArrayEquals(firstConvolution("fixmatch", Network.TEACHER), firstConvolution(file));
    }
    byte[] content = Files.readAllBytes(file);
    assertEquals(format.equals("dl4j"), content[0] == 'P' && content[1] == 'K');
  }

  @Test
  void export_endingOfAnotherFormat_isRefusedAndLeavesNothing() {
    Path file = folder.resolve("made/model.onnx");
    String run = GOLDEN.resolve("fixmatch").toString();
    MainAccess result = MainAccess.run("export", run, "--format=dl4j", "--out=" + file);
    assertEquals(2, result.exitCode(), result.out());
    assertTrue(
        result.err().contains("--format dl4j: expected a file that ends in .zip, found --out "),
        result.err());
    assertFalse(Files.exists(file.getParent()));
  }

  private static String text(ZipFile zip, String name) throws IOException {
    return new String(
        zip.getInputStream(zip.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void export_selfSupervisedForDl4j_isRefusedAndLeavesNothing() {
    Path file = folder.resolve("made/model.zip");
    MainAccess result =
        MainAccess.run("export", GOLDEN.resolve("moco").toString(), "--out=" + file);
    assertEquals(2, result.exitCode(), result.out());
    assertTrue(result.err().contains("expected a run with a classifier"), result.err());
    assertFalse(file.getParent().toFile().exists());
  }
}
