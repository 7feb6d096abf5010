package dev.eman.benchmarks.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.benchmarks.MainAccess;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.train.Checkpoint;
import dev.eman.weights.TensorFile;
import dev.eman.weights.TensorFiles;
import dev.eman.weights.WeightImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pretraining without labels on real images, and what every command makes of it. */
class SelfSupervisedTest {
  private static final String BACKBONE = "resnet8-w8";

  @TempDir private static Path folder;
  private static Path moco;

  private static MainAccess eman(String... arguments) {
    return MainAccess.run(arguments);
  }

  private static MainAccess pretrain(Path out, String... more) {
    String[] common = {
      "train",
      "--algorithm=moco",
      "--out=" + out,
      "--backbone=" + BACKBONE,
      "--batch=64",
      "--learning-rate=0.2",
      "--set=queue=256",
      "--set=teacher_momentum=0.95",
      "--set=momentum_schedule=ramp",
      "--knn-bank=2000"
    };
    return eman(Stream.concat(Arrays.stream(common), Arrays.stream(more)).toArray(String[]::new));
  }

  @BeforeAll
  static void trainOnce() {
    moco = folder.resolve("moco");
    MainAccess result = pretrain(moco, "--steps=200", "--warmup=30", "--evaluate-every=100");
    assertEquals(0, result.exitCode(), result.err());
  }

  private static double column(String out, String row, int column) {
    Matcher line = Pattern.compile("(?m)^ *" + Pattern.quote(row) + " +(.*)$").matcher(out);
    assertTrue(line.find(), out);
    return Double.parseDouble(
        line.group(1).trim().split(" +", -1)[column].replace("%", "").replace(",", ""));
  }

  /** Features that were learned without a label know classes better than random ones. */
  @Test
  void knn_afterMoco_beatsRandomWeights() {
    MainAccess learned = eman("knn", moco.toString(), "--k=20");
    assertEquals(0, learned.exitCode(), learned.err());
    MainAccess random = eman("knn", "--backbone=" + BACKBONE, "--k=20,200");
    assertEquals(0, random.exitCode(), random.err());
    double gain = column(learned.out(), "20", 1) - column(random.out(), "20", 1);
    assertTrue(gain > 3, learned.out() + random.out());
  }

  @Test
  void train_metrics_areNeighboursAndSpread() throws IOException {
    JsonNode facts = new ObjectMapper().readTree(moco.resolve("run.json").toFile());
    assertTrue(facts.path("measured_by").asText().startsWith("20 nearest neighbours"));
    assertTrue(facts.path("results").path("test_student_top1").asDouble() > 0.5);
    List<String> lines = Files.readAllLines(moco.resolve("metrics.csv"));
    assertTrue(lines.get(0).contains("embedding_std"), lines.get(0));
    assertEquals(201, lines.size());
  }

  @Test
  void linear_frozenFeatures_moreLabelsAreBetterAndTheFileIsTheSame() throws IOException {
    byte[] before = Files.readAllBytes(moco.resolve("last.ckpt"));
    MainAccess result =
        eman("linear", moco.toString(), "--labels=1%,100%", "--epochs=20", "--learning-rate=1");
    assertEquals(0, result.exitCode(), result.err());
    double few = column(result.out(), "1%", 1);
    double all = column(result.out(), "100%", 1);
    assertTrue(few > 20 && all > few + 5 && all > 60, result.out());
    assertArrayEquals(before, Files.readAllBytes(moco.resolve("last.ckpt")));
    MainAccess augmented =
        eman(
            "linear",
            moco.toString(),
            "--labels=10%",
            "--epochs=4",
            "--learning-rate=1",
            "--augment=fixmatch-weak");
    assertEquals(0, augmented.exitCode(), augmented.err());
    assertTrue(column(augmented.out(), "10%", 1) > 20, augmented.out());
  }

  @Test
  void finetune_ofARun_takesItsDataAndBackbone() throws IOException {
    Path out = folder.resolve("fine");
    MainAccess result =
        eman("finetune", moco.toString(), "--labels=5%", "--steps=40", "--out=" + out);
    assertEquals(0, result.exitCode(), result.err());
    String config = Files.readString(out.resolve("config.yaml"));
    assertTrue(config.contains("backbone: " + BACKBONE), config);
    assertTrue(config.contains("backbone-learning-rate: 0.01"), config);
    assertTrue(config.contains("algorithm: supervised"), config);
    MainAccess evaluated = eman("evaluate", out.toString());
    assertEquals(0, evaluated.exitCode(), evaluated.err());
  }

  /** Next to no rate for the step: what is saved is where it started. */
  @ParameterizedTest
  @ValueSource(strings = {"fixmatch", "mean-teacher"})
  void init_studentAndTeacher_startFromTheBackboneStatisticsIncluded(String algorithm) {
    Path out = folder.resolve("from-" + algorithm);
    MainAccess result =
        eman(
            "train",
            "--algorithm=" + algorithm,
            "--init=" + moco,
            "--backbone=" + BACKBONE,
            "--steps=1",
            "--batch=4",
            "--mu=1",
            "--learning-rate=1e-20",
            "--schedule=constant",
            "--set=teacher_momentum=1",
            "--set=momentum_schedule=constant",
            "--out=" + out);
    assertEquals(0, result.exitCode(), result.err());
    ComputationGraph started = backbone();
    Checkpoint.read(moco.resolve("last.ckpt")).loadPart(false, ParameterTable.of(started));
    ComputationGraph teacher = backbone();
    Checkpoint.read(out.resolve("last.ckpt")).loadPart(true, ParameterTable.of(teacher));
    assertEquals(started.params(), teacher.params());
    ComputationGraph student = backbone();
    Checkpoint.read(out.resolve("last.ckpt")).loadPart(false, ParameterTable.of(student));
    assertEquals(started.getParam("conv1_W"), student.getParam("conv1_W"));
  }

  private static ComputationGraph backbone() {
    Backbone backbone = Backbones.named(BACKBONE, 1);
    return backbone.features(7);
  }

  @Test
  void init_anotherBackbone_listsTheTensors() {
    MainAccess result =
        eman(
            "train",
            "--init=" + moco,
            "--backbone=resnet14-w8",
            "--steps=1",
            "--out=" + folder.resolve("other"));
    assertEquals(1, result.exitCode());
    assertTrue(result.err().contains("layer1.1.conv1_W (missing)"), result.err());
    assertTrue(result.err().contains("name the backbone"), result.err());
  }

  @Test
  void export_safetensors_comeBackThroughInit() {
    Path file = folder.resolve("moco.safetensors");
    MainAccess result = eman("export", moco.toString(), "--format=safetensors", "--out=" + file);
    assertEquals(0, result.exitCode(), result.err());
    ComputationGraph imported = backbone();
    try (TensorFile weights = TensorFiles.open(file)) {
      assertTrue(weights.tensors().containsKey("layer1.0.bn1.num_batches_tracked"));
      WeightImport.load(imported, weights, WeightImport.Role.STUDENT, null);
    }
    ComputationGraph original = backbone();
    Checkpoint.read(moco.resolve("last.ckpt")).loadPart(false, ParameterTable.of(original));
    assertEquals(original.params(), imported.params());
    MainAccess knn = eman("knn", moco.toString(), "--k=20");
    MainAccess same = eman("knn", file.toString(), "--k=20", "--backbone=" + BACKBONE);
    assertEquals(0, same.exitCode(), same.err());
    assertEquals(column(knn.out(), "20", 1), column(same.out(), "20", 1));
  }

  @Test
  void evaluate_withoutAClassifier_saysWhatToDo() {
    MainAccess result = eman("evaluate", moco.toString());
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("eman knn"), result.err());
  }

  /** The queue and its place included: stopped and resumed, to the last bit. */
  @Test
  void resume_midway_endsWhereAWholeRunEnds() throws IOException {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    assertEquals(0, pretrain(whole, "--steps=12", "--evaluate-every=0").exitCode());
    assertEquals(
        0, pretrain(parts, "--steps=12", "--limit-steps=7", "--evaluate-every=0").exitCode());
    Path config = parts.resolve("config.yaml");
    Files.writeString(config, Files.readString(config).replaceAll("(?m)^limit-steps: .*\\n", ""));
    MainAccess resumed = eman("train", "--resume=" + parts);
    assertEquals(0, resumed.exitCode(), resumed.err());
    Checkpoint a = Checkpoint.read(whole.resolve("last.ckpt"));
    Checkpoint b = Checkpoint.read(parts.resolve("last.ckpt"));
    ComputationGraph first = backbone();
    ComputationGraph second = backbone();
    for (boolean teacher : new boolean[] {false, true}) {
      a.loadPart(teacher, ParameterTable.of(first));
      b.loadPart(teacher, ParameterTable.of(second));
      assertArrayEquals(first.params().toFloatVector(), second.params().toFloatVector());
    }
  }

  @Test
  void byol_afewSteps_defaultsAreItsOwn() throws IOException {
    Path out = folder.resolve("byol");
    MainAccess result =
        eman(
            "train",
            "--algorithm=byol",
            "--out=" + out,
            "--backbone=" + BACKBONE,
            "--batch=32",
            "--steps=6",
            "--set=hidden=32",
            "--set=dimension=16",
            "--knn-bank=500",
            "--evaluate-every=0");
    assertEquals(0, result.exitCode(), result.err());
    String config = Files.readString(out.resolve("config.yaml"));
    for (String line :
        List.of(
            "optimizer: lars",
            "first-view: byol-view1",
            "second-view: byol-view2",
            "learning-rate: 1.8",
            "weight-decay: 1.0E-6",
            "mu: 1")) {
      assertTrue(config.contains(line + "\n"), line + " in " + config);
    }
    assertFalse(Files.readString(out.resolve("metrics.csv")).contains("NaN"));
  }
}
