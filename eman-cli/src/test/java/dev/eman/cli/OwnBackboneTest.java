package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.loss.Softmax;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.nn.Backbones;
import dev.eman.core.train.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A backbone of another jar ({@code PhotoNets}) from the command line. */
class OwnBackboneTest {
  @TempDir private static Path folder;
  private static Path run;

  private static MainAccess eman(String... arguments) {
    return MainAccess.run(arguments);
  }

  private static MainAccess train(Path out, String backbone, String... more) {
    String[] all =
        Stream.concat(
                Stream.of(
                    "train",
                    "--out=" + out,
                    "--backbone=" + backbone,
                    "--batch=4",
                    "--mu=2",
                    "--labels=1%",
                    "--map-images=0"),
                Stream.of(more))
            .toArray(String[]::new);
    return eman(all);
  }

  @BeforeAll
  static void trainOnce() {
    run = folder.resolve("run");
    MainAccess result = train(run, "photo-net", "--steps=20");
    assertEquals(0, result.exitCode(), result.err());
  }

  @Test
  void evaluate_andKnn_measureTheRun() {
    MainAccess classifier = eman("evaluate", run.toString());
    assertEquals(0, classifier.exitCode(), classifier.err());
    assertTrue(classifier.out().contains("top1"), classifier.out());
    MainAccess features = eman("knn", run.toString());
    assertEquals(0, features.exitCode(), features.err());
  }

  @Test
  void train_fromTheRun_takesItsBackbone() {
    MainAccess result = train(folder.resolve("second"), "photo-net", "--steps=2", "--init=" + run);
    assertEquals(0, result.exitCode(), result.err());
  }

  @Test
  void export_ourLayersAndDl4jsOwn_equalOutputs() throws IOException {
    Path zip = folder.resolve("model.zip");
    MainAccess result = eman("export", run.toString(), "--out=" + zip);
    assertEquals(0, result.exitCode(), result.err());
    ComputationGraph stock = ModelSerializer.restoreComputationGraph(zip.toFile(), false);
    for (Layer layer : stock.getLayers()) {
      assertFalse(layer.conf().getLayer().getClass().getName().startsWith("dev.eman"));
    }
    ComputationGraph ours = Backbones.named("photo-net", 1).classifier(10, 1);
    Checkpoint.read(run.resolve("last.ckpt")).load(true, ParameterTable.of(ours));
    INDArray images = Nd4j.rand(DataType.FLOAT, 8, 1, 28, 28);
    INDArray expected = Softmax.of(ours.outputSingle(images));
    INDArray found = stock.outputSingle(images);
    assertArrayEquals(expected.data().asFloat(), found.dup('c').data().asFloat(), 1e-5f);
  }

  @Test
  void export_aVertexOfTheJarsOwn_isRefusedWithTheWayOut() {
    Path own = folder.resolve("own");
    MainAccess trained = train(own, "photo-net-of-its-own-vertex", "--steps=1");
    assertEquals(0, trained.exitCode(), trained.err());
    Path file = folder.resolve("own.model");
    MainAccess refused = eman("export", own.toString(), "--out=" + file);
    assertEquals(2, refused.exitCode(), refused.err());
    assertEquals(1, refused.err().strip().lines().count(), refused.err());
    assertTrue(refused.err().contains("\"sum\""), refused.err());
    assertTrue(refused.err().contains("--format safetensors"), refused.err());
    assertFalse(Files.exists(file));
    MainAccess weights = eman("export", own.toString(), "--out=" + file, "--format=safetensors");
    assertEquals(0, weights.exitCode(), weights.err());
  }

  @Test
  void train_unknownBackbone_isAUsersMistakeWithASuggestion() {
    Path nowhere = folder.resolve("nowhere");
    MainAccess result = train(nowhere, "photo-nett", "--steps=1");
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("did you mean photo-net?"), result.err());
    assertFalse(Files.exists(nowhere));
  }
}
