package dev.eman.benchmarks.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Ascii;
import com.google.common.collect.Maps;
import dev.eman.cli.GeneratedImageNet;
import dev.eman.cli.MainAccess;
import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.split.UnlabeledPool;
import dev.eman.train.RunFiles;
import dev.eman.train.RunRecord;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchmarkCommandTest {
  @TempDir private Path folder;

  private static MainAccess eman(List<String> arguments) {
    return MainAccess.run(arguments.toArray(new String[0]));
  }

  /** The published setting but for batch and size: ResNet-50, RandAugment, the list. */
  private static List<String> imageNet(Path data, Path out, int steps) {
    return List.of(
        "benchmark",
        "fixmatch-imagenet-1percent",
        "--data=" + data,
        "--out=" + out,
        "--limit-steps=" + steps,
        "--accumulate=2",
        "--with=size=96",
        "--with=batch=2",
        "--with=mu=1",
        "--with=evaluate-every=0",
        "--with=checkpoint-every=1",
        "--with=keep-every=1");
  }

  @Test
  void imageNet_foldersAndArchives_trainResumeAndEvaluateTheSame() throws IOException {
    GeneratedImageNet.folders(folder.resolve("tree"));
    GeneratedImageNet.archives(folder.resolve("tars"));
    Path out = folder.resolve("runs");
    MainAccess first = eman(imageNet(folder.resolve("tree"), out, 2));
    assertEquals(0, first.exitCode(), first.err());
    assertTrue(first.out().contains("1 seed: student "), first.out());
    Path run = out.resolve("s0");
    List<String> metrics = Files.readAllLines(run.resolve("metrics.csv"));
    assertEquals(3, metrics.size());
    assertTrue(Files.readString(run.resolve("config.yaml")).contains("backbone: resnet50"));

    // As if it had been killed after the first step.
    Files.copy(
        run.resolve("step-1.ckpt"), run.resolve("last.ckpt"), StandardCopyOption.REPLACE_EXISTING);
    Files.delete(run.resolve("run.json"));
    MainAccess resumed = eman(imageNet(folder.resolve("tree"), out, 2));
    assertEquals(0, resumed.exitCode(), resumed.err());
    assertTrue(resumed.out().contains("step 2 of 2"), resumed.out());
    assertEquals(3, Files.readAllLines(run.resolve("metrics.csv")).size());

    MainAccess evaluated =
        eman(List.of("evaluate", run.toString(), "--data=" + folder.resolve("tree")));
    assertEquals(0, evaluated.exitCode(), evaluated.err());
    assertTrue(evaluated.out().contains("on 6 test images"), evaluated.out());

    // The archives hold the same images: the first step sees the same batch.
    Path packed = folder.resolve("packed");
    MainAccess archives = eman(imageNet(folder.resolve("tars"), packed, 1));
    assertEquals(0, archives.exitCode(), archives.err());
    String step = Files.readAllLines(packed.resolve("s0").resolve("metrics.csv")).get(1);
    assertEquals(loss(metrics), loss(List.of(metrics.get(0), step)), 1e-3);
  }

  /** The loss of the first step. */
  private static double loss(List<String> metrics) {
    int column = List.of(metrics.get(0).split(",", -1)).indexOf("loss");
    return Double.parseDouble(List.of(metrics.get(1).split(",", -1)).get(column));
  }

  @Test
  void imageNet_withoutTheList_saysWhereItComesFrom() throws IOException {
    GeneratedImageNet.folders(folder.resolve("tree"));
    Files.delete(folder.resolve("tree/imagenet_subsets/1percent.txt"));
    MainAccess result = eman(imageNet(folder.resolve("tree"), folder.resolve("runs"), 2));
    assertEquals(1, result.exitCode());
    assertTrue(result.err().contains("imagenet_subsets/1percent.txt"), result.err());
    assertTrue(result.err().contains("SimCLR"), result.err());
  }

  @Test
  void withoutName_listsThemAll() {
    MainAccess list = eman(List.of("benchmark"));
    assertEquals(0, list.exitCode());
    for (String name : PublishedSettings.listed().keySet()) {
      assertTrue(list.out().contains(name + " "), name);
    }
    for (String method : PublishedSettings.family()) {
      assertTrue(list.out().contains(method), method);
    }
    assertEquals(PublishedSettings.listed().size() + 3, list.out().lines().count());
  }

  @Test
  void with_whatHasAnOptionOfItsOwn_isRefused() {
    String name = "fixmatch-fashion-mnist-1percent";
    MainAccess seed = eman(List.of("benchmark", name, "--dry-run", "--with=seed=7"));
    assertEquals(2, seed.exitCode());
    assertTrue(
        seed.err().contains("--with seed: expected --seed, as each of --seeds runs"), seed.err());
    for (List<String> twice :
        List.of(
            List.of("--teacher=ema", "--with=set=teacher=eman"),
            List.of("--limit-steps=3", "--with=limit-steps=4"))) {
      MainAccess result = eman(List.of("benchmark", name, "--dry-run", twice.get(0), twice.get(1)));
      assertEquals(2, result.exitCode());
      assertTrue(result.err().contains("expected once, found in --with too"), result.err());
    }
  }

  @Test
  void measured_featuresAlone_areNotCalledTop1() {
    assertEquals(
        "top-1 on the test set",
        BenchmarkCommand.measured(
            new RunRecord.Measurement("test", RunRecord.Measurement.CLASSIFIER, null, null)));
    assertEquals(
        "k-NN accuracy on the held-out images",
        BenchmarkCommand.measured(
            new RunRecord.Measurement("test", "20 nearest neighbours", "held-out images", null)));
  }

  @Test
  void unknownName_usageError() {
    MainAccess result = eman(List.of("benchmark", "fixmatch-imagenet-1percnt"));
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("did you mean fixmatch-imagenet-1percent?"), result.err());
  }

  /** What the papers say, pinned: a change of these is a change of what is claimed. */
  @Test
  void imageNet_hyperParameters_areThePapers() {
    TrainingOptions options =
        OptionTexts.ofYaml(PublishedSettings.named("fixmatch-imagenet-10percent"), "it").resolve();
    assertEquals("resnet50", options.backbone());
    assertEquals(64, options.batch().size());
    assertEquals(5, options.batch().unlabeledRatio());
    assertEquals(0.03, options.optimizer().learningRate());
    assertEquals(0.9, options.optimizer().momentum());
    assertEquals(1e-4, options.optimizer().weightDecay());
    assertEquals(100, options.schedule().epochs());
    assertEquals(5, options.schedule().warmup());
    assertEquals(List.of(60.0, 80.0), options.schedule().milestones());
    assertEquals(
        Map.of(
            "teacher", "eman",
            "teacher_momentum", "0.999",
            "momentum_schedule", "constant",
            "pseudo_labels", "teacher",
            "threshold", "0.7",
            "lambda_u", "10.0",
            "soft_targets", "false",
            "temperature", "1.0"),
        settings(options));
    assertEquals("imagenet-train", options.views().weak().toString());
    assertEquals("eman-strong", options.views().strong().toString());
    assertEquals("imagenet_subsets/10percent.txt", String.valueOf(options.data().labelsFile()));
    assertEquals(UnlabeledPool.REST, options.data().unlabeled());
  }

  /** Likewise, of the methods without labels. */
  @Test
  void imageNet_selfSupervised_areThePapers() {
    TrainingOptions moco =
        OptionTexts.ofYaml(PublishedSettings.named("moco-imagenet"), "it").resolve();
    assertEquals(256, moco.batch().unlabeled());
    assertEquals(0.03, moco.optimizer().learningRate());
    assertEquals(10, moco.schedule().warmup());
    assertEquals("0.2", settings(moco).get("temperature"));
    assertEquals("0.999", settings(moco).get("teacher_momentum"));
    assertEquals("65536", settings(moco).get("queue"));
    TrainingOptions byol =
        OptionTexts.ofYaml(PublishedSettings.named("byol-imagenet"), "it").resolve();
    assertEquals(512, byol.batch().unlabeled());
    assertEquals(OptimizerKind.LARS, byol.optimizer().kind());
    assertEquals(1.8, byol.optimizer().learningRate());
    assertEquals(1e-6, byol.optimizer().weightDecay());
    assertEquals("0.98", settings(byol).get("teacher_momentum"));
    assertEquals("byol-view1", byol.views().first().toString());
    assertEquals("byol-view2", byol.views().second().toString());
    TrainingOptions ressl =
        OptionTexts.ofYaml(PublishedSettings.named("ressl-imagenet"), "it").resolve();
    assertEquals(256, ressl.batch().unlabeled());
    assertEquals(0.05, ressl.optimizer().learningRate());
    assertEquals(5, ressl.schedule().warmup());
    assertEquals("0.1", settings(ressl).get("student_temperature"));
    assertEquals("0.04", settings(ressl).get("teacher_temperature"));
    assertEquals("131072", settings(ressl).get("queue"));
    assertEquals("moco-v2", ressl.views().first().toString());
    assertEquals("ressl-weak", ressl.views().second().toString());
    TrainingOptions third =
        OptionTexts.ofYaml(PublishedSettings.named("moco-v3-imagenet"), "it").resolve();
    assertEquals(4096, third.batch().unlabeled());
    assertEquals(OptimizerKind.LARS, third.optimizer().kind());
    assertEquals(0.6 * 4096 / 256, third.optimizer().learningRate(), 1e-9);
    assertEquals("1.0", settings(third).get("temperature"));
    assertEquals("0.99", settings(third).get("teacher_momentum"));
    assertEquals("moco-v3-view1", third.views().first().toString());
  }

  private static Map<String, String> settings(TrainingOptions options) {
    return Maps.transformValues(
        options.algorithmOptions().asMap(), value -> Ascii.toLowerCase(value.toString()));
  }

  /** Every file is understood, and every published setting has its main. */
  @ParameterizedTest
  @ValueSource(strings = {"fixmatch", "mean-teacher", "moco", "byol", "ressl"})
  void configurations_allParse(String algorithm) {
    List<String> names = new ArrayList<>();
    PublishedSettings.all()
        .forEach(
            (name, yaml) -> {
              OptionTexts.ofYaml(yaml, name).resolve();
              if (name.startsWith(algorithm)) {
                names.add(name);
              }
            });
    assertFalse(names.isEmpty());
    for (String name : names) {
      if (!name.endsWith("-cosine") && !name.matches(".*(cifar100|stl10|svhn).*")) {
        assertTrue(mainExists(name), name); // PublishedSetting takes the others.
      }
    }
  }

  /** Every method of the family, on every data set and amount, without a copy of either. */
  @Test
  void family_everySetting_differsFromFixMatchInItsAlgorithmAlone() {
    Map<String, String> all = PublishedSettings.all();
    assertTrue(
        PublishedSettings.family()
            .containsAll(
                List.of(
                    "adamatch",
                    "comatch",
                    "debiaspl",
                    "flexmatch",
                    "freematch",
                    "simmatch",
                    "softmatch",
                    "uda")));
    for (String method : PublishedSettings.family()) {
      for (String name : PublishedSettings.listed().keySet()) {
        if (name.startsWith(PublishedSettings.BASE)) {
          String data = name.substring(PublishedSettings.BASE.length());
          String yaml = all.get(method + "-" + data);
          TrainingOptions options = OptionTexts.ofYaml(yaml, data).resolve();
          TrainingOptions base = OptionTexts.ofYaml(all.get(name), name).resolve();
          assertEquals(method, options.algorithm(), data);
          assertEquals(base.data(), options.data());
          assertEquals(base.backbone(), options.backbone());
          assertEquals(base.batch(), options.batch());
          assertEquals(base.schedule(), options.schedule());
          assertEquals(base.optimizer(), options.optimizer());
          assertEquals(base.views().weak(), options.views().weak());
          if (!(method.equals("comatch") && data.startsWith("imagenet"))) {
            assertEquals(base.views().strong(), options.views().strong());
          }
          assertEquals(1, yaml.lines().filter(line -> line.startsWith("strong:")).count(), yaml);
          assertEquals("eman", settings(options).get("teacher"));
          assertTrue(PublishedSettings.title(yaml).contains(" on "), yaml);
          assertFalse(PublishedSettings.title(yaml).contains("FixMatch"), yaml);
        }
      }
    }
  }

  /** Sohn et al., section 2.3: digits are not mirrored. Nor in any view that a method adds. */
  @Test
  void family_digits_noViewIsMirrored() {
    for (String method : PublishedSettings.family()) {
      String name = method + "-svhn-40";
      TrainingOptions options = OptionTexts.ofYaml(PublishedSettings.named(name), name).resolve();
      assertEquals(View.WEAK, options.provider().views().get(0), name);
      for (View view : options.provider().views()) {
        AugmentationPreset preset =
            switch (view) {
              case WEAK -> options.views().weak();
              case STRONG -> options.views().strong();
              case FIRST -> options.views().first();
              case SECOND -> options.views().second();
            };
        assertTrue(preset.toString().endsWith("-unmirrored"), name + ": " + view + " " + preset);
      }
    }
  }

  /** The narrowest file of a method counts. */
  @ParameterizedTest
  @CsvSource({
    "comatch-svhn-40, 1.0, comatch-strong-unmirrored",
    "comatch-stl10-1000, 5.0, comatch-strong",
    "comatch-imagenet-1percent-cosine, 10.0, comatch-strong",
    "comatch-imagenet-10percent, 2.0, comatch-strong"
  })
  void family_optionsOfADataSet_replaceTheUsualOnes(String name, String weight, String view) {
    TrainingOptions options = OptionTexts.ofYaml(PublishedSettings.named(name), name).resolve();
    assertEquals(weight, settings(options).get("lambda_c"));
    assertEquals(view, options.views().second().toString());
    assertEquals(
        name.contains("imagenet"), options.views().strong().equals(options.views().second()));
  }

  /** The amounts of the papers' tables. */
  @ParameterizedTest
  @CsvSource({
    "cifar100, 400 2500 10000, wrn-28-8, 1e-3, 100",
    "stl10, 40 250 1000, wrn-37-2, 5e-4, 10",
    "svhn, 40 250 1000, wrn-28-2, 5e-4, 10",
    "cifar10, 40 250 4000, wrn-28-2, 5e-4, 10"
  })
  void smallImages_hyperParameters_areThePapers(
      String dataset, String amounts, String backbone, double decay, int classes) {
    for (String amount : amounts.split(" ")) {
      TrainingOptions options =
          OptionTexts.ofYaml(PublishedSettings.named("fixmatch-" + dataset + "-" + amount), "it")
              .resolve();
      assertEquals(dataset, options.data().dataset());
      assertEquals(Integer.parseInt(amount), classes * options.data().labels().perClass());
      assertEquals(backbone, options.backbone());
      assertEquals(decay, options.optimizer().weightDecay());
      assertEquals(64, options.batch().size());
      assertEquals(7, options.batch().unlabeledRatio());
      assertEquals(1 << 20, options.schedule().steps());
      assertEquals(0.03, options.optimizer().learningRate());
      assertEquals("0.95", settings(options).get("threshold"));
      boolean digits = dataset.equals("svhn"); // Sohn et al., section 2.3: not mirrored.
      assertEquals(digits, options.views().weak().toString().endsWith("-unmirrored"), dataset);
      assertEquals(digits, options.views().strong().toString().endsWith("-unmirrored"), dataset);
    }
  }

  @Test
  void publishedSetting_main_takesTheName() {
    String[] arguments = PublishedSetting.arguments(new String[] {"uda-svhn-40", "--dry-run"});
    assertEquals(List.of("benchmark", "uda-svhn-40", "--dry-run"), List.of(arguments));
  }

  @Test
  void dryRun_ofTheFamily_countsThePublishedData() {
    MainAccess result =
        eman(
            List.of(
                "benchmark",
                "flexmatch-stl10-40",
                "--dry-run",
                "--with=backbone=resnet8-w4",
                "--with=size=16"));
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("flexmatch-stl10-40, not trained"), result.out());
    assertTrue(result.out().contains("105,000 images, 40 with labels"), result.out());
  }

  @Test
  void with_severalSettings_allCount() {
    List<String> command =
        List.of(
            "benchmark",
            "fixmatch-fashion-mnist-1percent",
            "--limit-steps=1",
            "--out=" + folder,
            "--with=dataset=fashion-mnist-mini",
            "--with=backbone=resnet8-w4",
            "--with=batch=4",
            "--with=mu=1",
            "--with=map-images=0",
            "--with=set=threshold=0.5",
            "--with=set=teacher=none");
    MainAccess result = eman(command);
    assertEquals(0, result.exitCode(), result.err());
    OptionTexts used = OptionTexts.read(folder.resolve("s0/config.yaml"));
    assertEquals(Optional.of("0.5"), used.setting("threshold"));
    assertEquals(Optional.of("none"), used.setting("teacher"));
    MainAccess twice = eman(List.of("benchmark", command.get(1), "--with=mu=1", "--with=mu=2"));
    assertEquals(2, twice.exitCode());
    assertTrue(twice.err().contains("--with: expected mu once, got it twice"), twice.err());
    MainAccess word = eman(List.of("benchmark", command.get(1), "--with=mu"));
    assertEquals(2, word.exitCode());
    assertTrue(word.err().contains("--with: expected KEY=VALUE, got mu"), word.err());
  }

  @Test
  void dryRun_algorithmThatTakesGroupsOfImages_measuresSuchBatches() {
    MainAccess groups = dryRunInGroups(8);
    assertEquals(0, groups.exitCode(), groups.err());
    assertTrue(groups.out().contains("with a batch of 16 that took"), groups.out());
    MainAccess uneven = dryRunInGroups(7);
    assertEquals(2, uneven.exitCode(), uneven.err()); // As the training.
  }

  private static MainAccess dryRunInGroups(int groups) {
    return eman(
        List.of(
            "benchmark",
            "moco-imagenet",
            "--teacher=ema",
            "--dry-run",
            "--with=backbone=resnet8-w4",
            "--with=size=32",
            "--with=set=shuffle_groups=" + groups));
  }

  private static boolean mainExists(String name) {
    String type =
        name.replaceFirst("mean-teacher-", "MeanTeacher")
            .replaceFirst("fixmatch-", "FixMatch")
            .replaceFirst("moco-v3-", "MocoV3")
            .replaceFirst("moco-", "Moco")
            .replaceFirst("byol-", "Byol")
            .replaceFirst("ressl-", "Ressl")
            .replaceFirst("imagenet-?", "ImageNet")
            .replaceFirst("fashion-mnist-", "FashionMnist")
            .replaceFirst("cifar10-(\\d+)", "Cifar10With$1Labels")
            .replaceFirst("percent", "Percent");
    try {
      Class.forName("dev.eman.benchmarks.published." + type).getMethod("main", String[].class);
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  @Test
  void dryRun_dataNotHere_countsWithThePublishedSize() {
    MainAccess result =
        eman(
            List.of(
                "benchmark",
                "fixmatch-imagenet-1percent",
                "--dry-run",
                "--with=backbone=resnet8-w4",
                "--with=size=32"));
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("1,268,355 images, 12,812 with labels"), result.out());
    assertTrue(result.out().contains("396,300, 3,963 per epoch"), result.out());
    assertFalse(Files.exists(Path.of("runs/fixmatch-imagenet-1percent")));
  }

  @Test
  void dryRun_damagedData_isNotTakenForMissing() throws IOException {
    Files.writeString(folder.resolve("data_batch_1.bin"), "cut off");
    MainAccess result =
        eman(List.of("benchmark", "fixmatch-cifar10-250", "--dry-run", "--data=" + folder));
    assertEquals(1, result.exitCode(), result.out());
    assertTrue(result.err().contains("data_batch_1.bin"), result.err());
    assertFalse(result.out().contains("not found here"), result.out());
  }

  /** A short run of a published setting, on images that are always here. */
  private List<String> tiny(String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "benchmark",
                "fixmatch-fashion-mnist-1percent",
                "--out=" + folder.resolve("runs"),
                "--with=backbone=resnet8-w4",
                "--with=batch=4",
                "--with=mu=1",
                "--with=map-images=0",
                "--with=evaluate-every=0"));
    command.addAll(List.of(more));
    return command;
  }

  private RunRecord record() {
    return RunRecord.read(new RunFiles(folder.resolve("runs/s0")));
  }

  @Test
  void twoSeeds_trainThenAgain_keepsWhatThereIs() {
    List<String> command =
        tiny("--with=dataset=fashion-mnist-mini", "--seeds=2", "--teacher=none", "--limit-steps=2");
    MainAccess first = eman(command);
    assertEquals(0, first.exitCode(), first.err());
    assertTrue(first.out().contains("2 seeds: student "), first.out());
    MainAccess again = eman(command);
    assertTrue(again.out().lines().count() < first.out().lines().count(), again.out());
    command.set(command.indexOf("--with=batch=4"), "--with=batch=8");
    command.add("--with=set=threshold=0.5");
    MainAccess other = eman(command);
    assertEquals(1, other.exitCode());
    assertTrue(
        other
            .err()
            .contains(
                "none-s0 holds a run with other options (batch: expected 8, found 4;"
                    + " set threshold: expected 0.5, found 0.95); give its own, "),
        other.err());
  }

  @Test
  void limitSteps_moreOrNone_goOnWithTheSameRun() throws IOException {
    String[] mini = {"--with=dataset=fashion-mnist-mini", "--with=steps=4"};
    MainAccess first = eman(tiny(mini[0], mini[1], "--limit-steps=2"));
    assertEquals(0, first.exitCode(), first.err());
    assertEquals(2, record().training().steps());
    MainAccess more = eman(tiny(mini[0], mini[1], "--limit-steps=3"));
    assertEquals(0, more.exitCode(), more.err());
    assertEquals(3, record().training().steps());
    MainAccess fewer = eman(tiny(mini[0], mini[1], "--limit-steps=2"));
    assertEquals(2, fewer.exitCode(), fewer.out());
    assertTrue(fewer.err().contains("--limit-steps: expected at least the 3 steps"), fewer.err());
    MainAccess all = eman(tiny(mini));
    assertEquals(0, all.exitCode(), all.err());
    assertEquals(4, record().training().steps());
    List<String> metrics = Files.readAllLines(folder.resolve("runs/s0/metrics.csv"));

    List<String> command = tiny(mini);
    command.set(2, "--out=" + folder.resolve("whole"));
    MainAccess whole = eman(command);
    assertEquals(0, whole.exitCode(), whole.err());
    List<String> expected = Files.readAllLines(folder.resolve("whole/s0/metrics.csv"));
    assertEquals(rates(expected), rates(metrics));
  }

  private static List<String> rates(List<String> metrics) {
    return metrics.stream().map(row -> row.split(",", -1)[1]).toList();
  }

  @Test
  void data_movedElsewhere_areThoseOfTheSameRun() throws IOException {
    Path here = folder.resolve("here");
    GeneratedImageNet.folders(here);
    Path out = folder.resolve("runs");
    MainAccess first = eman(imageNet(here, out, 1));
    assertEquals(0, first.exitCode(), first.err());
    Path there = Files.move(here, folder.resolve("there"));
    MainAccess moved = eman(imageNet(there, out, 2));
    assertEquals(0, moved.exitCode(), moved.err());
    assertEquals(2, record().training().steps());
    String config = Files.readString(out.resolve("s0/config.yaml"));
    assertTrue(config.contains("data: \"" + there) || config.contains("data: " + there), config);
  }
}
