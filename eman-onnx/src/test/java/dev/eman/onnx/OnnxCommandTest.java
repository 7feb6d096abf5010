package dev.eman.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.MainAccess;
import dev.eman.core.EmanException;
import dev.eman.core.data.BatchSource;
import dev.eman.core.io.AtomicFiles;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.train.OnnxModel;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.options.Network;
import dev.eman.weights.onnx.OnnxCheck;
import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What {@code export --format onnx} writes, and what it does if a model is wrong. */
class OnnxCommandTest {
  private static final Path GOLDEN = Path.of("../eman-cli/src/test/resources/golden");
  private static OnnxEngine engine;

  @TempDir private Path folder;

  @BeforeAll
  static void findRuntime() {
    engine = Runtime.engine();
  }

  private static MainAccess export(String run, Path to, String... more) {
    MainAccess result =
        MainAccess.run(
            Stream.concat(
                    Stream.of(
                        "export", GOLDEN.resolve(run).toString(), "--format=onnx", "--out=" + to),
                    Stream.of(more))
                .toArray(String[]::new));
    assertEquals(0, result.exitCode(), result.err());
    return result;
  }

  private static RunCheckpoint checkpoint(String run) {
    return RunCheckpoint.open(GOLDEN.resolve(run), RunCheckpoint.Which.LAST);
  }

  @Test
  void export_200EmbeddedImages_outputsOfOurFoldedInference() {
    Path file = folder.resolve("made/model.onnx");
    MainAccess result = export("fixmatch", file);
    assertTrue(result.out().contains("ONNX opset 13, folded"), result.out());
    assertTrue(result.out().contains("verified by " + engine.name()), result.out());
    TrainedClassifier ours = checkpoint("fixmatch").network(Network.TEACHER);
    int compared = 0;
    try (ImageDataset test =
            Datasets.named("fashion-mnist-mini").open(Part.TEST, DataDirectories.of(null));
        OnnxSession session = engine.open(file);
        BatchSource batches = ours.inOrder(test)) {
      while (compared < 200) {
        INDArray images = batches.next().requireLabeled();
        INDArray found = session.run("images", images, "logits");
        float[] expected = ours.logits(images).dup('c').data().asFloat();
        assertArrayEquals(expected, found.data().asFloat(), 1e-4f);
        compared += (int) images.size(0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fixmatch", "mean-teacher", "supervised", "moco", "byol"})
  void export_anyRun_isVerified(String run) {
    Path file = folder.resolve("model.onnx");
    MainAccess result = export(run, file, "--unfolded");
    boolean features = run.equals("moco") || run.equals("byol");
    assertTrue(result.out().contains(features ? "output features" : "output logits"), result.out());
    assertTrue(result.out().contains("unfolded"), result.out());
    assertTrue(result.out().contains("verified by"), result.out());
  }

  @Test
  void export_pixelsAndProbabilities_saidInTheModel() {
    Path file = folder.resolve("model.onnx");
    MainAccess result = export("fixmatch", file, "--normalize", "--softmax");
    assertTrue(result.out().contains("pixels from 0 to 255; output probabilities"), result.out());
    try (OnnxSession session = engine.open(file)) {
      assertEquals("true", session.metadata().get("pixels"));
      assertEquals("28", session.metadata().get("image_size"));
      assertTrue(String.valueOf(session.metadata().get("classes")).contains("\"Ankle boot\""));
      assertEquals("teacher", session.metadata().get("network"));
    }
  }

  @Test
  void write_otherOutputs_failsAndKeepsTheFormerFile() throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxModel model = OnnxModel.of(checkpoint("fixmatch"), Network.TEACHER);
    OnnxEngine wrong = new Shifted(engine, 2e-4);
    EmanException e = assertThrows(EmanException.class, () -> model.write(file, wrong));
    assertTrue(
        e.getMessage().contains("within 1.0e-04, found a difference of 2.0e-0"), e::getMessage);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
    AtomicFiles.writeString(file, "former");
    assertThrows(EmanException.class, () -> model.write(file, wrong));
    assertEquals("former", Files.readString(file));
  }

  @Test
  void open_noModel_saysSo() throws IOException {
    Path file = folder.resolve("model.onnx");
    EmanException missing = assertThrows(EmanException.class, () -> engine.open(file));
    assertTrue(missing.getMessage().startsWith("expected an ONNX model, found no file"));
    Files.writeString(file, "no model");
    EmanException damaged = assertThrows(EmanException.class, () -> engine.open(file));
    assertTrue(damaged.getMessage().contains("ONNX Runtime cannot open it"), damaged::getMessage);
  }

  @Test
  void check_notANumber_isRefused() {
    INDArray ones = Nd4j.ones(2, 3);
    INDArray nan = ones.dup();
    nan.putScalar(1, 1, Double.NaN);
    assertThrows(EmanException.class, () -> OnnxCheck.of(ones, nan, "test"));
    assertThrows(EmanException.class, () -> OnnxCheck.of(ones, Nd4j.ones(1, 3), "test"));
    assertEquals(2, OnnxCheck.of(ones, ones, "test").images());
  }
}
