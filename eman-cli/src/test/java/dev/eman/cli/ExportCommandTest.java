package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.loss.Softmax;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.options.Network;
import dev.eman.weights.SafeTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
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
