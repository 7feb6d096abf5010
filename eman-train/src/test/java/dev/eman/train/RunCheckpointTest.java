package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.loss.Softmax;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.train.ImageClassifier.Prediction;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.options.Network;
import dev.eman.weights.WeightExport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class RunCheckpointTest {
  private static final Path GOLDEN = Path.of("../eman-cli/src/test/resources/golden");

  @TempDir private Path temporary;

  private Path golden(String algorithm) {
    return GOLDEN.resolve(algorithm);
  }

  private Path photos() throws IOException {
    return Marsupials.make(temporary.resolve("photos"));
  }

  private Path train(Path data, String... more) {
    Path run = temporary.resolve("run");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--dataset=" + data,
                "--labels=2/class",
                "--backbone=resnet8-w4",
                "--batch=2",
                "--mu=1",
                "--steps=3",
                "--size=16",
                "--evaluate-every=0",
                "--workers=1"));
    arguments.addAll(List.of(more));
    try (TrainingRun training = TrainingRun.start(Texts.parse(arguments), run)) {
      assertTrue(training.train());
    }
    return run;
  }

  @Test
  void open_fileAloneOnAnotherMachine_classifiesAndExports() throws IOException {
    Path data = photos();
    Path image = Files.copy(data.resolve("test/quokka/0.png"), temporary.resolve("some.png"));
    Path run = train(data);
    ImmutableList<Prediction> expected =
        RunCheckpoint.open(run, Which.LAST).network(Network.TEACHER).classify(image);
    Path moved = Files.createDirectory(temporary.resolve("elsewhere")).resolve("model.ckpt");
    Files.move(new RunFiles(run).last(), moved);
    MoreFiles.deleteRecursively(run);
    MoreFiles.deleteRecursively(data);

    RunCheckpoint checkpoint = RunCheckpoint.open(moved, Which.LAST);
    assertEquals(3, checkpoint.steps());
    assertEquals(List.of("numbat", "quokka"), checkpoint.classNames());
    assertEquals(16, checkpoint.imageSize());
    assertEquals(ChannelStatistics.IMAGENET, checkpoint.statistics());
    assertEquals(Network.TEACHER, checkpoint.deployed());
    assertEquals("resnet8-w4", checkpoint.options().backbone());
    TrainedClassifier teacher = checkpoint.network(Network.TEACHER);
    ImmutableList<Prediction> found = teacher.classify(image);
    assertEquals(expected, found);
    assertEquals(1, found.stream().mapToDouble(Prediction::probability).sum(), 1e-6);
    assertTrue(found.get(0).probability() >= found.get(1).probability());

    Path weights = temporary.resolve("model.safetensors");
    WeightExport.write(
        checkpoint.weights(Network.STUDENT),
        weights,
        checkpoint.exportFacts(Network.STUDENT).toTexts());
    assertTrue(Files.size(weights) > 1000);
    assertEquals("photos", checkpoint.exportFacts(Network.TEACHER).dataset());
    assertDl4jFileIsEnough(teacher, checkpoint.exportFacts(Network.TEACHER));
  }

  /** All tensors of the wanted backbone are in the run's, with the same shapes. */
  @Test
  void loadBackbone_runOfADeeperOne_isRefusedAndNothingChanged() throws IOException {
    Path run = train(photos(), "--backbone=resnet14-w2", "--steps=1");
    Backbone wanted = Backbones.named("resnet8-w2");
    ComputationGraph graph = wanted.features(5);
    float[] before = graph.params().toFloatVector();
    for (Network network : Network.values()) {
      EmanException e =
          assertThrows(
              EmanException.class,
              () -> new InitialWeights(run, network, null).load(graph, wanted));
      assertTrue(
          e.getMessage().contains("backbone resnet8-w2, found one of resnet14-w2"), e::toString);
      assertTrue(e.getMessage().contains("--backbone resnet14-w2"), e::toString);
    }
    assertArrayEquals(before, graph.params().toFloatVector());
  }

  /** For pixels of three channels, each with its own mean. */
  private void assertDl4jFileIsEnough(TrainedClassifier teacher, ExportFacts facts)
      throws IOException {
    Path zip = temporary.resolve("model.zip");
    Dl4jExport.write(teacher, facts, zip);
    INDArray pixels = Nd4j.rand(DataType.FLOAT, 2, 3, 16, 16).muli(255);
    INDArray images = pixels.div(255);
    for (int c = 0; c < 3; c++) {
      images
          .get(NDArrayIndex.all(), NDArrayIndex.point(c))
          .subi(facts.statistics().mean().get(c))
          .divi(facts.statistics().deviation().get(c));
    }
    ComputationGraph stock = ModelSerializer.restoreComputationGraph(zip.toFile());
    DataNormalization normalizer = ModelSerializer.restoreNormalizerFromFile(zip.toFile());
    normalizer.transform(pixels);
    assertArrayEquals(
        Softmax.of(teacher.logits(images)).data().asFloat(),
        stock.outputSingle(pixels).dup('c').data().asFloat(),
        1e-5f);
    assertFalse(
        new String(Files.readAllBytes(zip), StandardCharsets.ISO_8859_1)
            .contains(temporary.toString()));
  }

  @Test
  void restore_fileAlone_findsTheSameLabelsAgain() throws IOException {
    Path run = train(photos());
    Path moved = temporary.resolve("model.ckpt");
    Files.move(new RunFiles(run).last(), moved);
    try (RunState state = RunCheckpoint.open(moved, Which.LAST).restore()) {
      assertEquals(3, state.algorithm().steps());
      assertEquals(4, state.split().labeled().length());
    }
  }

  @Test
  void open_golden_takesWhatItLacksFromItsDataSet() {
    RunCheckpoint checkpoint = RunCheckpoint.open(golden("fixmatch"), Which.LAST);
    assertFalse(checkpoint.state().metadata().containsKey("image_size"));
    assertEquals(28, checkpoint.imageSize());
    assertEquals(1, checkpoint.statistics().channels());
    assertEquals(8, checkpoint.steps());
    assertTrue(checkpoint.classifies());
    assertEquals(Network.TEACHER, checkpoint.deployed());
    assertEquals("Ankle boot", checkpoint.classNames().get(9));
    assertEquals(2, checkpoint.history().toText().lines().count());
  }

  @Test
  void open_bestAndLast_areDifferentFiles() {
    Path run = golden("supervised");
    assertEquals(new RunFiles(run).best(), RunCheckpoint.open(run, Which.BEST).file());
    assertEquals(new RunFiles(run).last(), RunCheckpoint.open(run, Which.LAST).file());
    Path file = new RunFiles(run).best();
    assertEquals(file, RunCheckpoint.open(file, Which.LAST).file());
  }

  @Test
  void network_golden_hasTheParametersOfTheCheckpoint() {
    Nd4j.getRandom().setSeed(5);
    RunCheckpoint checkpoint = RunCheckpoint.open(golden("fixmatch"), Which.LAST);
    Checkpoint raw = Checkpoint.read(checkpoint.file());
    for (Network network : Network.values()) {
      ComputationGraph expected = checkpoint.backbone().classifier(10, 1);
      raw.load(network == Network.TEACHER, ParameterTable.of(expected));
      TrainedClassifier found = checkpoint.network(network);
      INDArray images = Nd4j.rand(DataType.FLOAT, 4, 1, 28, 28);
      assertArrayEquals(
          expected.outputSingle(images).data().asFloat(),
          found.logits(images).dup('c').data().asFloat(),
          tolerance(expected.outputSingle(images)));
    }
  }

  @Test
  void releaseMemory_afterLogits_freesIt() {
    TrainedClassifier teacher =
        RunCheckpoint.open(golden("fixmatch"), Which.LAST).network(Network.TEACHER);
    INDArray images = Nd4j.rand(DataType.FLOAT, 256, 1, 28, 28);
    long before = Pointer.totalBytes();
    float[] expected = teacher.logits(images).dup('c').data().asFloat();
    teacher.releaseMemory();
    long left = Pointer.totalBytes() - before; // Of 5 MB.
    assertTrue(left < 500_000, () -> "left: " + left);
    assertArrayEquals(expected, teacher.logits(images).dup('c').data().asFloat());
  }

  /** Of float32 numbers that are computed in two ways. */
  private static float tolerance(INDArray logits) {
    return 1e-5f * Math.max(1, logits.amaxNumber().floatValue());
  }

  /** SimMatch's network has an embedding as well, which classifying does not need. */
  @Test
  void network_withAnotherHead_isTheClassifierAlone() throws IOException {
    Nd4j.getRandom().setSeed(5);
    Path run = train(photos(), "--algorithm=simmatch");
    RunCheckpoint checkpoint = RunCheckpoint.open(run, Which.LAST);
    AlgorithmProvider provider = Algorithms.named("simmatch");
    ComputationGraph whole =
        provider.network(checkpoint.backbone(), 2, AlgorithmOptions.defaults(provider), 1);
    INDArray images = Nd4j.rand(DataType.FLOAT, 4, 3, 16, 16);
    for (Network network : Network.values()) {
      Checkpoint.read(checkpoint.file()).load(network == Network.TEACHER, ParameterTable.of(whole));
      TrainedClassifier found = checkpoint.network(network);
      assertEquals(1, found.graph().getNumOutputArrays());
      assertArrayEquals(
          whole.output(images)[0].data().asFloat(),
          found.logits(images).dup('c').data().asFloat(),
          tolerance(whole.output(images)[0]));
    }
  }

  @Test
  void network_teacherNeedsItsBatch_isRefused() throws IOException {
    RunCheckpoint old = RunCheckpoint.open(golden("mean-teacher"), Which.LAST);
    Path run = train(photos(), "--algorithm=fixmatch", "--set=teacher=ema");
    RunCheckpoint recorded = RunCheckpoint.open(run, Which.LAST);
    for (RunCheckpoint checkpoint : List.of(old, recorded)) {
      assertEquals(Network.STUDENT, checkpoint.deployed());
      EmanException e =
          assertThrows(EmanException.class, () -> checkpoint.network(Network.TEACHER));
      assertTrue(
          e.getMessage().contains("an EMA teacher normalises with its batch and has no statistics"),
          e::toString);
      assertThrows(EmanException.class, () -> checkpoint.weights(Network.TEACHER));
      checkpoint.network(Network.STUDENT);
    }
  }

  @Test
  void network_selfSupervised_isRefusedButHasABackbone() {
    RunCheckpoint checkpoint = RunCheckpoint.open(golden("moco"), Which.LAST);
    assertFalse(checkpoint.classifies());
    UsageException e =
        assertThrows(UsageException.class, () -> checkpoint.network(Network.STUDENT));
    assertTrue(e.getMessage().contains("expected a run with a classifier"), e::toString);
    assertTrue(checkpoint.weights(Network.STUDENT).numParams() > 0);
  }

  @Test
  void network_noTeacher_isRefused() {
    RunCheckpoint checkpoint = RunCheckpoint.open(golden("supervised"), Which.LAST);
    EmanException e = assertThrows(EmanException.class, () -> checkpoint.network(Network.TEACHER));
    assertTrue(e.getMessage().contains("expected a checkpoint with a teacher"), e::toString);
  }

  @Test
  void isCheckpoint_otherFiles_false() throws IOException {
    assertTrue(RunCheckpoint.isCheckpoint(new RunFiles(golden("moco")).last()));
    assertFalse(RunCheckpoint.isCheckpoint(new RunFiles(golden("moco")).config()));
    assertFalse(RunCheckpoint.isCheckpoint(temporary.resolve("nowhere")));
  }
}
