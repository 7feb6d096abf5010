package dev.eman.train.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.UnlabeledPool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TrainingOptionsTest {
  /** A changed default changes what every run without the option does: it is pinned here. */
  @Test
  void defaults_everyOption_arePinned() {
    StringBuilder found = new StringBuilder();
    for (TrainingOption<?> option : TrainingOptions.all()) {
      found.append(option.name()).append(": ").append(option.defaultText()).append('\n');
    }
    assertEquals(
        """
        algorithm: fixmatch
        backbone: resnet14-w16
        seed: 0
        class-weights: none
        dataset: fashion-mnist-mini
        data:\s
        images:\s
        labels: 1%
        labels-file:\s
        imbalance:\s
        imbalance-unlabeled:\s
        unlabeled-largest:\s
        validation: 0
        holdout:\s
        classes:\s
        unlabeled: all
        unlabeled-data:\s
        size:\s
        orientation: auto
        corrupt-images: fail
        workers:\s
        init:\s
        init-network:\s
        init-prefix:\s
        steps: 1500
        epochs:\s
        limit-steps:\s
        schedule: fixmatch
        warmup: 0
        milestones:\s
        step-factor: 0.1
        batch: 32
        mu: 4
        accumulate: 1
        devices: 1
        learning-rate: 0.03
        backbone-learning-rate:\s
        optimizer: sgd
        momentum: 0.9
        nesterov: true
        weight-decay: 0.0005
        decay: weights
        clip-grad-norm: 0
        weak: fixmatch-weak
        strong: fixmatch-strong
        first-view: moco-v2
        second-view: moco-v2
        test-view: none
        evaluate-every: 100
        knn: 20
        knn-bank: 20000
        map-images: 1000
        checkpoint-every: 500
        checkpoint-minutes: 5
        early-stop: 0
        keep-every: 0
        """,
        found.toString());
  }

  @Test
  void builder_nothingSet_hasTheDefaults() {
    TrainingOptions options = TrainingOptions.builder("fixmatch").build();
    for (TrainingOption<?> option : TrainingOptions.all()) {
      assertEquals(option.defaultText(), option.textIn(options).orElse(""), option.name());
    }
    assertEquals(0.95, options.algorithmOptions().asMap().get("threshold"));
  }

  @Test
  void builder_recipe_overridesDefaultsAndIsOverridden() {
    TrainingOptions moco = TrainingOptions.builder("moco").learningRate(0.5).build();
    assertEquals(256, moco.batch().size());
    assertEquals(ScheduleKind.COSINE, moco.schedule().kind());
    assertEquals(0.5, moco.optimizer().learningRate());
  }

  @Test
  void names_all_areUnique() {
    Set<String> names = new HashSet<>();
    for (TrainingOption<?> option : TrainingOptions.all()) {
      assertTrue(names.add(option.name()), option.name());
      option.formerNames().forEach(name -> assertTrue(names.add(name), name));
    }
  }

  /** Every option changed: what is written is read as the same options. */
  @Test
  void yaml_everyOptionChanged_roundTrips() {
    TrainingOptions options =
        TrainingOptions.builder("fixmatch")
            .backbone("wrn-28-2")
            .seed(-7)
            .classWeights(ClassWeighting.parse("cat=2,tench, Tinca tinca=0.5"))
            .dataset("cifar10")
            .data(Path.of("/data"))
            .images(Path.of("/photos"))
            .labels(LabelAmount.perClass(4))
            .imbalance(100)
            .imbalanceUnlabeled(-2.5)
            .unlabeledLargest(3000)
            .validation(0.25)
            .holdout(0.3)
            .classes(Path.of("/lists/classes.txt"))
            .unlabeled(UnlabeledPool.REST)
            .unlabeledData(Path.of("/more"))
            .size(40)
            .orientation(OrientationRule.EXIF)
            .corruptImages(CorruptImages.SKIP)
            .workers(3)
            .initialWeights(Path.of("/weights.pth"))
            .initialNetwork(Network.TEACHER)
            .initialPrefix("module.")
            .steps(7)
            .epochs(3)
            .limitSteps(5)
            .schedule(ScheduleKind.STEP)
            .warmup(1.5)
            .milestones(List.of(10.0, 20.5))
            .stepFactor(0.2)
            .batch(24)
            .unlabeledRatio(2)
            .accumulate(3)
            .devices(2)
            .learningRate(0.4)
            .backboneLearningRate(0.04)
            .optimizer(OptimizerKind.LARS)
            .momentum(0.8)
            .nesterov(false)
            .weightDecay(1e-6)
            .maxGradientNorm(2)
            .weak(AugmentationPreset.NONE)
            .strong(AugmentationPreset.MOCO_V2)
            .firstView(AugmentationPreset.NONE)
            .secondView(AugmentationPreset.NONE)
            .testView(AugmentationPreset.FIXMATCH_WEAK)
            .evaluateEvery(11)
            .neighbors(5)
            .bankSize(100)
            .mapImages(0)
            .checkpointEvery(13)
            .checkpointMinutes(2.5)
            .earlyStop(27)
            .keepEvery(26)
            .algorithmOption("threshold", 0.8)
            .algorithmOption("teacher", "ema")
            .build();
    for (TrainingOption<?> option : TrainingOptions.all()) {
      boolean sole =
          option == TrainingOptions.ALGORITHM
              || option == OptimizerOptions.DECAY
              || option == DataOptions.LABELS_FILE; // Instead of an imbalance: below.
      assertTrue(
          sole || !option.textIn(options).orElseThrow().equals(option.defaultText()),
          () -> option + " is not changed by this test");
    }
    String yaml = OptionTexts.toYaml(options);
    assertEquals(options, OptionTexts.ofYaml(yaml, "it").resolve(), yaml);
  }

  @Test
  void yaml_labelsFile_roundTrips() {
    TrainingOptions options =
        TrainingOptions.builder("fixmatch").labelsFile(Path.of("/lists/1percent.txt")).build();
    assertEquals(options, OptionTexts.ofYaml(OptionTexts.toYaml(options), "it").resolve());
    assertEquals("/lists/1percent.txt", DataOptions.LABELS_FILE.textIn(options).orElseThrow());
  }

  @Test
  void yaml_formerName_isRead() {
    TrainingOptions options = OptionTexts.ofYaml("clip: 3\n", "it").resolve();
    assertEquals(3, options.optimizer().maxGradientNorm());
  }

  @ParameterizedTest
  @CsvSource({
    "steps, 0, steps: expected at least 1",
    "steps, 1.5, steps: expected a whole number",
    "batch, 3000000000, batch: expected a 32-bit whole number",
    "learning-rate, fast, learning-rate: expected a number",
    "learning-rate, NaN, learning-rate: expected above 0",
    "learning-rate, 0, learning-rate: expected above 0",
    "step-factor, 2, 'step-factor: expected above 0 and at most 1, got 2'",
    "step-factor, 0, step-factor: expected above 0",
    "size, 0, size: expected at least 1",
    "size, 65536, 'size: expected at most 4,096 pixels, got 65,536'",
    "momentum, 1, momentum: expected from 0 on",
    "validation, 1, validation: expected from 0 on",
    "holdout, 1, holdout: expected from 0 on",
    "nesterov, maybe, nesterov: expected true or false",
    "schedule, cosin, did you mean cosine?",
    "weak, fixmatch-week, did you mean fixmatch-weak?",
    "algorithm, fixmach, did you mean fixmatch?",
    "warmup, 5, cosine and step have a warm-up",
    "optimizer, lars, expected --nesterov false",
    "accumulate, 5, a product that divides a batch of 32 labelled images",
    "mu, 99999999, at most 2147483647 unlabelled images per step",
    "init-network, teacher, expected together with --init",
    "checkpoint-minutes, 1e9, 'checkpoint-minutes: expected at most 1,000,000 (two years), got'",
    "checkpoint-minutes, -1, checkpoint-minutes: expected at least 0",
    "map-images, -1, map-images: expected at least 0",
    "labels, many, labels: expected a part"
  })
  void resolve_mistake_isNamed(String name, String value, String message) {
    UsageException mistake =
        assertThrows(UsageException.class, () -> OptionTexts.empty().with(name, value).resolve());
    assertTrue(mistake.getMessage().contains(message), mistake.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"labels-file", "unlabeled-data", "data"})
  void resolve_noPath_saysWhy(String name) {
    UsageException mistake =
        assertThrows(UsageException.class, () -> OptionTexts.empty().with(name, "a\0b").resolve());
    assertEquals(
        name + ": expected a path, got a\0b: Nul character not allowed", mistake.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1e-9, 1", "0.00002, 1", "0.001, 60", "1e6, 60000000000"})
  void checkpointTime_anyAboveZero_isATime(String minutes, long millis) {
    OptionTexts texts = OptionTexts.empty().with("checkpoint-minutes", minutes);
    assertEquals(millis, texts.resolve().evaluation().checkpointTime().toMillis());
  }

  @Test
  void testBatch_largeImages_oneAtATime() {
    assertEquals(200, DataOptions.testBatch(32));
    assertEquals(31, DataOptions.testBatch(224));
    for (int side : new int[] {2000, 46_341, 65_536, 65_537}) {
      assertEquals(1, DataOptions.testBatch(side), () -> "" + side);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"step", "clip-grad", "learning_rate"})
  void with_unknownName_suggests(String name) {
    UsageException mistake =
        assertThrows(UsageException.class, () -> OptionTexts.empty().with(name, "1"));
    assertTrue(mistake.getMessage().startsWith("option: expected one of"), mistake.getMessage());
    assertTrue(
        mistake.getMessage().endsWith("got " + name)
            || mistake.getMessage().contains("did you mean"),
        mistake.getMessage());
  }

  @Test
  void algorithmOption_unknownOrOutOfRange_isNamed() {
    OptionTexts texts = OptionTexts.empty();
    UsageException unknown =
        assertThrows(UsageException.class, texts.withSetting("treshold", "1")::resolve);
    assertTrue(unknown.getMessage().contains("did you mean threshold?"), unknown.getMessage());
    assertThrows(UsageException.class, texts.withSetting("threshold", "2")::resolve);
  }

  @Test
  void and_later_wins() {
    OptionTexts first = OptionTexts.empty().with("seed", "1").withSetting("threshold", "0.5");
    OptionTexts second = OptionTexts.empty().with("seed", "2").with("set", "threshold=0.6");
    TrainingOptions both = first.and(second).resolve();
    assertEquals(2, both.seed());
    assertEquals(0.6, both.algorithmOptions().asMap().get("threshold"));
  }

  @Test
  void ofPairs_optionOfTheAlgorithmTwice_isRefusedByName() {
    UsageException mistake =
        assertThrows(
            UsageException.class,
            () -> OptionTexts.ofPairs(List.of("set=threshold=0.9", "set=threshold=0.8"), "--with"));
    assertEquals("--with: expected set=threshold once, got it twice", mistake.getMessage());
  }

  @Test
  void ofYaml_sameOptionTwice_isRefusedByName() {
    assertEquals(
        "run.yaml: clip-grad-norm: expected once, found under a former name too",
        mistake("clip: 0.5\nclip-grad-norm: 1\n"));
    assertEquals(
        "run.yaml: expected YAML, found: Duplicate field 'steps'", mistake("steps: 5\nsteps: 6\n"));
  }

  @Test
  void ofYaml_twoDocuments_areRefused() {
    assertEquals(
        "run.yaml: expected one document, found more (behind ---)",
        mistake("steps: 5\n---\nseed: 6\n"));
  }

  @Test
  void read_otherThanUtf8_isAMistake(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("run.yaml");
    Files.write(file, "dataset: ph\u00fc\n".getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(
        file + ": expected text in UTF-8, found other bytes",
        assertThrows(UsageException.class, () -> OptionTexts.read(file)).getMessage());
  }

  private static String mistake(String yaml) {
    return String.valueOf(
        assertThrows(UsageException.class, () -> OptionTexts.ofYaml(yaml, "run.yaml"))
            .getMessage());
  }
}
