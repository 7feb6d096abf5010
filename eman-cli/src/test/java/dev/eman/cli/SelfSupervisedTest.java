package dev.eman.cli;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableList;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.train.InitialWeights;
import dev.eman.train.options.Network;
import dev.eman.train.protocol.KnnProtocol;
import dev.eman.weights.TensorFile;
import dev.eman.weights.TensorFiles;
import dev.eman.weights.WeightImport;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pretraining without labels on real images, and what every command makes of it. */
class SelfSupervisedTest {
  private static final String BACKBONE = "resnet8-w8";
  private static final DatasetProvider DATA = Datasets.named("fashion-mnist-mini");
  private static final Pattern LINEAR_TABLE =
      Pattern.compile(
          "(?m)^ {4}labels +images +top-1 +top-5 +balanced +macro F1\\R"
              + " +2% +120( +\\d+\\.\\d\\d%){4}\\R"
              + " +20/class +200( +\\d+\\.\\d\\d%){4}$");

  @TempDir private static Path folder;
  private static Path moco;

  private static MainAccess eman(String... arguments) {
    return MainAccess.run(arguments);
  }

  private static MainAccess pretrain(Path out, String... more) {
    return pretrain(out, 0, more);
  }

  private static MainAccess pretrain(Path out, int mapImages, String... more) {
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
      "--knn-bank=2000",
      "--map-images=" + mapImages
    };
    Set<String> own = Arrays.stream(more).map(SelfSupervisedTest::name).collect(Collectors.toSet());
    Stream<String> others = Arrays.stream(common).filter(option -> !own.contains(name(option)));
    return eman(Stream.concat(others, Arrays.stream(more)).toArray(String[]::new));
  }

  private static String name(String option) {
    return option.replaceFirst("=[^=]*$", "");
  }

  @BeforeAll
  static void trainOnce() {
    moco = folder.resolve("moco");
    MainAccess result = pretrain(moco, 1_000, "--steps=200", "--warmup=30", "--evaluate-every=100");
    assertEquals(0, result.exitCode(), result.err());
  }

  /** Features that were learned without a label know classes better than random ones. */
  @Test
  void knn_afterMoco_beatsRandomWeights() {
    ComputationGraph learned = backbone(0);
    Checkpoint.read(moco.resolve("last.ckpt")).loadPart(false, ParameterTable.of(learned));
    double gain = neighbors(learned) - neighbors(backbone(0));
    assertTrue(gain > 0.03, "gain " + gain);
  }

  private static double neighbors(ComputationGraph network) {
    try (ImageDataset train = DATA.open(Part.TRAIN, DataDirectories.of(null));
        ImageDataset test = DATA.open(Part.TEST, DataDirectories.of(null))) {
      return new KnnProtocol(ImmutableList.of(20), 0.07)
          .evaluate(
              FeatureExtractor.of(network, Backbones.named(BACKBONE, 1).featureVertex()),
              train.classNames().size(),
              () -> inOrder(train),
              () -> inOrder(test))
          .scores()
          .get(0)
          .weighted();
    }
  }

  private static BatchPipeline inOrder(ImageDataset images) {
    Transform view = AugmentationPreset.NONE.create(DATA.imageSize());
    return BatchPipeline.builder(DATA).labeled(ImageStream.inOrder(images, 200, view)).start();
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
  void linear_ofARun_printsARowForEachAmount() {
    MainAccess result = eman("linear", moco.toString(), "--labels=2%,20/class", "--epochs=3");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(
        result.out().contains(BACKBONE + ": a linear classifier on 32 features, 3 epochs"),
        result.out());
    assertTrue(LINEAR_TABLE.matcher(result.out()).find(), result.out());
    MainAccess augmented =
        eman(
            "linear",
            moco.toString(),
            "--labels=2%,20/class",
            "--epochs=1",
            "--augment=fixmatch-weak");
    assertEquals(0, augmented.exitCode(), augmented.err());
    assertTrue(LINEAR_TABLE.matcher(augmented.out()).find(), augmented.out());
  }

  @Test
  void finetune_ofARun_takesItsDataAndBackbone() throws IOException {
    Path out = folder.resolve("fine");
    MainAccess result =
        eman("finetune", moco.toString(), "--labels=5%", "--steps=40", "--out=" + out);
    assertEquals(0, result.exitCode(), result.err());
    String config = Files.readString(out.resolve("config.yaml"));
    assertTrue(config.contains("backbone: " + BACKBONE), config);
    assertTrue(config.contains("batch: 64\n") && config.contains("schedule: cosine\n"), config);
    assertTrue(config.contains("backbone-learning-rate: 0.01"), config);
    assertTrue(config.contains("algorithm: supervised"), config);
    MainAccess evaluated = eman("evaluate", out.toString());
    assertEquals(0, evaluated.exitCode(), evaluated.err());
  }

  /** Rates of their own: without one the backbone stays, and the classifier learns. */
  @Test
  void finetune_backboneRateZero_movesTheClassifierAlone() {
    Path out = folder.resolve("head");
    MainAccess result =
        eman(
            "finetune",
            moco.toString(),
            "--labels=5%",
            "--steps=10",
            "--backbone-learning-rate=0",
            "--out=" + out);
    assertEquals(0, result.exitCode(), result.err());
    ComputationGraph tuned = Backbones.named(BACKBONE, 1).classifier(10, 0);
    Checkpoint.read(out.resolve("last.ckpt")).load(false, ParameterTable.of(tuned));
    ComputationGraph from = backbone();
    Checkpoint.read(moco.resolve("last.ckpt")).loadPart(false, ParameterTable.of(from));
    int compared = 0;
    for (ParameterTable.Entry entry : ParameterTable.of(from).entries()) {
      if (!entry.statistic()) { // Those move with every training pass.
        compared++;
        assertArrayEquals(
            from.getParam(entry.name()).dup('c').data().asFloat(),
            tuned.getParam(entry.name()).dup('c').data().asFloat(),
            entry.name());
      }
    }
    assertTrue(compared > 20, compared + " tensors");
    ComputationGraph start = Backbones.named(BACKBONE, 1).classifier(10, 0);
    assertTrue(
        tuned.getParam("fc_W").sub(start.getParam("fc_W")).amaxNumber().doubleValue() > 1e-3);
  }

  /** Both networks of a run, to the bit, statistics included. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void initialWeights_ofARun_areItsBackboneAndLeaveTheHead(boolean teacher) {
    Network network = teacher ? Network.TEACHER : Network.STUDENT;
    Backbone body = Backbones.named(BACKBONE, 1);
    ComputationGraph classifier = body.classifier(10, 3);
    float[] head = classifier.getParam("fc_W").dup('c').data().asFloat();
    new InitialWeights(moco, network, null).load(classifier, body);
    ComputationGraph expected = backbone();
    Checkpoint.read(moco.resolve("last.ckpt")).loadPart(teacher, ParameterTable.of(expected));
    int statistics = 0;
    for (ParameterTable.Entry entry : ParameterTable.of(expected).entries()) {
      statistics += entry.statistic() ? 1 : 0;
      assertArrayEquals(
          expected.getParam(entry.name()).dup('c').data().asFloat(),
          classifier.getParam(entry.name()).dup('c').data().asFloat(),
          entry.name());
    }
    assertTrue(statistics > 10, statistics + " statistics");
    assertArrayEquals(head, classifier.getParam("fc_W").dup('c').data().asFloat());
  }

  @Test
  void knn_optionsOfAFileWithoutOne_refused() {
    for (String option : List.of("--network=teacher", "--prefix=module")) {
      MainAccess result = eman("knn", option);
      assertEquals(2, result.exitCode(), result.err());
      assertTrue(result.err().contains("a file of weights beside it, found none"), result.err());
    }
  }

  @Test
  void knn_severalNetworks_printsATableOfEachAndMeans() {
    MainAccess random = eman("knn", "--backbone=" + BACKBONE, "--k=20", "--seed=4", "--seeds=2");
    assertEquals(0, random.exitCode(), random.err());
    assertTrue(
        random
            .out()
            .contains(
                "random weights, seed 5, resnet8-w8: 6,000 features of 32 from"
                    + " fashion-mnist-mini/train vote on 1,000 test images"),
        random.out());
    Pattern row = Pattern.compile("(?m)^ {4}20( +\\d+\\.\\d\\d%){4}$");
    assertEquals(2, row.matcher(random.out()).results().count(), random.out());
    assertTrue(random.out().contains("mean and deviation of 2 networks"), random.out());
  }

  @Test
  void map_ofARun_isAPictureAndInTheReport() throws IOException {
    Path file = folder.resolve("map.png");
    MainAccess result = eman("map", moco.toString(), "--images=300", "--out=" + file);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("300 test images"), result.out());
    BufferedImage picture = ImageIO.read(file.toFile());
    Set<Integer> colors = new HashSet<>();
    for (int x = 0; x < picture.getWidth(); x++) {
      for (int y = 0; y < picture.getHeight(); y++) {
        colors.add(picture.getRGB(x, y));
      }
    }
    assertTrue(colors.contains(0xff2f6fde) && colors.contains(0xff7f7f7f)); // The first, the last.
    JsonNode map = new ObjectMapper().readTree(moco.resolve("map.json").toFile());
    assertEquals(1000, map.path("x").size());
    assertTrue(Files.readString(moco.resolve("report.html")).contains("Map of the features"));
  }

  /** Each has a copy of the queue. */
  @Test
  void train_overTwoDevices_isAsInTwoParts() throws IOException {
    List<List<String>> losses = new ArrayList<>();
    for (String option : List.of("--devices=2", "--accumulate=2")) {
      Path out = folder.resolve("parts" + option);
      MainAccess result = pretrain(out, option, "--steps=3", "--evaluate-every=0");
      assertEquals(0, result.exitCode(), result.err());
      losses.add(losses(out.resolve("metrics.csv")));
    }
    assertEquals(3, losses.get(0).size());
    assertEquals(losses.get(0), losses.get(1));
  }

  /** To three places: sums over devices and parts differ in their order. */
  private static List<String> losses(Path metrics) throws IOException {
    List<String> lines = Files.readAllLines(metrics);
    int column = Arrays.asList(lines.get(0).split(",", -1)).indexOf("loss");
    return lines.stream()
        .skip(1)
        .map(line -> line.split(",", -1)[column])
        .filter(value -> !value.isEmpty())
        .map(value -> String.format(Locale.ROOT, "%.3f", Double.parseDouble(value)))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "--set=queue=63, queue: expected at least the 64 keys of a batch",
    "--set=temperature=0, temperature: expected above 0",
    "--init-network=teacher, expected together with --init",
    "--strong=imagenet-train, 'found moco, which has --first-view and --second-view'",
    "--evaluate-every=-1, evaluate-every: expected at least 0"
  })
  void train_mistakenSetting_exits2AndLeavesNoFolder(String option, String message) {
    Path out = folder.resolve("mistaken");
    MainAccess result = pretrain(out, option, "--steps=2");
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains(message), result.err());
    assertFalse(Files.exists(out), "a folder was left");
  }

  @Test
  void mistakes_exit2InALine() {
    assertMistake("k: expected one or more numbers", "knn", moco.toString(), "--k=0");
    assertMistake(
        "use eman train --init "
            + moco
            + " --algorithm fixmatch --backbone "
            + BACKBONE
            + " --dataset fashion-mnist-mini"
            + " --labels 5% --set threshold=0.9",
        "finetune",
        moco.toString(),
        "--algorithm=fixmatch",
        "--labels=5%",
        "--set=threshold=0.9");
    assertMistake("expected only FILE", "finetune", moco.toString(), "--init=" + moco);
    assertMistake("random weights", "knn", moco.toString(), "--seeds=2");
    for (String command : List.of("map", "errors")) {
      String[] two = {command, moco.toString(), moco.toString(), "--out=" + folder.resolve("a")};
      assertMistake("expected one FILE, got 2", two);
    }
    for (String command : List.of("knn", "linear", "errors")) {
      assertMistake("--prefix: expected a weight file", command, moco + "", "--prefix=module");
    }
    assertMistake("--prefix: expected", "map", moco + "", "--prefix=module", "--out=a.png");
    assertMistake(
        "--init-prefix: expected a weight file", "finetune", moco + "", "--init-prefix=module");
    for (String command : List.of("train", "tune")) {
      assertMistake(
          "--init-prefix: expected a weight file", command, "--init=" + moco, "--init-prefix=a");
    }
  }

  private static void assertMistake(String message, String... arguments) {
    MainAccess result = eman(arguments);
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains(message), result.err());
    assertTrue(result.err().lines().count() <= 2, result.err());
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
            "--map-images=0",
            "--set=momentum_schedule=constant",
            "--out=" + out);
    assertEquals(0, result.exitCode(), result.err());
    ComputationGraph started = backbone();
    Checkpoint.read(moco.resolve("last.ckpt")).loadPart(false, ParameterTable.of(started));
    ComputationGraph teacher = backbone();
    Checkpoint.read(out.resolve("last.ckpt")).loadPart(true, ParameterTable.of(teacher));
    assertSameValues(started.params(), teacher.params());
    ComputationGraph student = backbone();
    Checkpoint.read(out.resolve("last.ckpt")).loadPart(false, ParameterTable.of(student));
    assertSameValues(started.getParam("conv1_W"), student.getParam("conv1_W"));
  }

  private static ComputationGraph backbone() {
    return backbone(7);
  }

  private static ComputationGraph backbone(long seed) {
    return Backbones.named(BACKBONE, 1).features(seed);
  }

  @Test
  void init_anotherBackbone_isRefusedWithBothNames() {
    MainAccess result =
        eman(
            "train",
            "--init=" + moco,
            "--backbone=resnet14-w8",
            "--steps=1",
            "--out=" + folder.resolve("other"));
    assertEquals(1, result.exitCode());
    assertTrue(
        result.err().contains("backbone resnet14-w8, found one of " + BACKBONE), result.err());
    assertTrue(result.err().contains("--backbone " + BACKBONE), result.err());
  }

  @Test
  void export_safetensors_comeBackThroughInit() {
    Path file = folder.resolve("moco.safetensors");
    MainAccess result = eman("export", moco.toString(), "--format=safetensors", "--out=" + file);
    assertEquals(0, result.exitCode(), result.err());
    ComputationGraph imported = backbone();
    try (TensorFile weights = TensorFiles.open(file)) {
      assertTrue(weights.tensors().containsKey("layer1.0.bn1.num_batches_tracked"));
      WeightImport.load(imported, weights, null, null);
    }
    ComputationGraph original = backbone();
    Checkpoint.read(moco.resolve("last.ckpt")).loadPart(true, ParameterTable.of(original));
    assertSameValues(original.params(), imported.params());
    MainAccess knn = eman("knn", moco.toString(), "--k=20", "--network=teacher");
    MainAccess same = eman("knn", file.toString(), "--k=20");
    assertEquals(0, same.exitCode(), same.err());
    assertEquals(0, knn.exitCode(), knn.err());
    assertEquals(table(knn), table(same));
  }

  /** Without the name of what was measured. */
  private static List<String> table(MainAccess result) {
    return result.out().lines().skip(1).toList();
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
            "--map-images=0",
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
