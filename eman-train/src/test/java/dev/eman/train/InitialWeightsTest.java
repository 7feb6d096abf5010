package dev.eman.train;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.options.Network;
import dev.eman.train.options.TrainingOptions;
import dev.eman.weights.WeightExport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitialWeightsTest {
  private static final Path GOLDEN =
      Path.of("../eman-cli/src/test/resources/golden/fixmatch/last.ckpt");

  @TempDir private Path folder;

  private final Backbone backbone = Backbones.named("resnet8-w4", 1);
  private final ComputationGraph network = backbone.features(5);

  /** A run that diverged: its student is not loaded, its teacher may still be sound. */
  @ParameterizedTest
  @CsvSource({"conv1_W, NaN", "layer1.0.bn2_var, -1"})
  void load_checkpointOfARunThatDiverged_isRefusedByName(String tensor, float value) {
    Path file = diverged(tensor, value);
    float[] before = network.params().toFloatVector();
    EmanException e =
        assertThrows(
            EmanException.class,
            () -> new InitialWeights(file, Network.STUDENT, null).load(network, backbone));
    assertTrue(e.getMessage().contains("student: expected finite weights"), e::toString);
    assertTrue(e.getMessage().contains(tensor + ": 1 of "), e::toString);
    assertArrayEquals(before, network.params().toFloatVector());
    RunCheckpoint checkpoint = RunCheckpoint.open(file, Which.LAST);
    assertThrows(EmanException.class, () -> checkpoint.network(Network.STUDENT));
    checkpoint.network(Network.TEACHER);
  }

  /** Only loading reads a network: a large checkpoint is not held or read for its options. */
  @Test
  void options_checkpointWithDamagedArrays_areRead() throws IOException {
    RunCheckpoint golden = RunCheckpoint.open(GOLDEN, Which.LAST);
    Path file = damagedArrays(GOLDEN);
    InitialWeights weights = new InitialWeights(file, Network.STUDENT, null);
    assertEquals(
        golden.optionTexts().text(TrainingOptions.BACKBONE),
        weights.options().text(TrainingOptions.BACKBONE));
    assertEquals(Optional.of(golden.statistics()), weights.statistics());
    RunCheckpoint found = weights.checkpoint().orElseThrow();
    assertEquals(golden.steps(), found.steps());
    assertEquals(golden.deployed(), found.deployed());
    assertThrows(EmanException.class, () -> weights.load(network, backbone));
    assertThrows(EmanException.class, () -> found.weights(Network.STUDENT));
  }

  /** Read when they are wanted. */
  @Test
  void checkpoint_ofARun_hasItsNetworks() {
    InitialWeights weights = new InitialWeights(GOLDEN, null, null);
    assertSameValues(
        RunCheckpoint.open(GOLDEN, Which.LAST).weights(Network.TEACHER).params(),
        weights.checkpoint().orElseThrow().weights(Network.TEACHER).params());
  }

  private Path damagedArrays(Path checkpoint) throws IOException {
    byte[] content = Files.readAllBytes(checkpoint);
    String text = new String(content, StandardCharsets.ISO_8859_1);
    content[text.indexOf("optimizer", text.indexOf("student.names")) + 100] ^= 1;
    return Files.write(folder.resolve("damaged.ckpt"), content);
  }

  private Path diverged(String tensor, float value) {
    RunCheckpoint golden = RunCheckpoint.open(GOLDEN, Which.LAST);
    StudentTeacherAlgorithm algorithm =
        new AlgorithmFactory(golden.options(), 1, 10, 20, 100, 12, null).create(null);
    golden.state().restore(algorithm);
    algorithm.student().graph().getParam(tensor).putScalar(0, value);
    Path file = folder.resolve("diverged.ckpt");
    Checkpoint.write(file, algorithm, golden.state().position(), golden.state().metadata());
    return file;
  }

  /** Whatever network is asked for, a file with one has it. */
  @ParameterizedTest
  @CsvSource({"STUDENT", "TEACHER", "NULL"})
  void load_fileWithOneNetwork_isLoaded(String name) {
    @Nullable Network asked = name.equals("NULL") ? null : Network.valueOf(name);
    ComputationGraph other = backbone.features(6);
    Path file = folder.resolve("one.safetensors");
    WeightExport.write(other, file, Map.of());
    new InitialWeights(file, asked, null).load(network, backbone);
    assertSameValues(other.params(), network.params());
  }

  /** Where they are what is exported; other programs may use the same names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resnet8-w4 | [0.25] | [0.5]  | true",
        "           | [0.25] | [0.5]  | false",
        "resnet8-w4 | [0.25] |        | false",
        "resnet8-w4 | [0.25] | null   | false",
        "resnet8-w4 | [0.25] | [0]    | false",
        "resnet8-w4 | [0.25] | {\"a\" | false"
      })
  void statistics_exportedFile_areThoseOfItsMetadata(
      @Nullable String body, String mean, @Nullable String deviation, boolean known) {
    Map<String, String> facts = new HashMap<>(Map.of("test_view", "none", "mean", mean));
    if (body != null) {
      facts.put("backbone", body);
    }
    if (deviation != null) {
      facts.put("deviation", deviation);
    }
    Path file = folder.resolve("one.safetensors");
    WeightExport.write(network, file, facts);
    Optional<ChannelStatistics> expected =
        known ? Optional.of(ChannelStatistics.gray(0.25, 0.5)) : Optional.empty();
    assertEquals(expected, new InitialWeights(file, null, null).statistics());
  }

  @Test
  void load_weightsThatAreNotFinite_changeNothing() {
    ComputationGraph other = backbone.features(6);
    other.getParam("bn1_var").putScalar(0, -1);
    Path file = folder.resolve("one.safetensors");
    WeightExport.write(other, file, Map.of());
    float[] before = network.params().toFloatVector();
    EmanException e =
        assertThrows(
            EmanException.class,
            () -> new InitialWeights(file, null, null).load(network, backbone));
    assertTrue(e.getMessage().contains("bn1.running_var"), e::toString);
    assertArrayEquals(before, network.params().toFloatVector());
  }
}
