package dev.eman.train.options;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GivenOptionsTest {
  private static OptionTexts texts(String... options) {
    OptionTexts texts = OptionTexts.empty();
    for (String option : options) {
      String[] parts = option.split("=", 2);
      texts =
          parts[0].startsWith("set.")
              ? texts.withSetting(parts[0].substring(4), parts[1])
              : texts.with(parts[0], parts[1]);
    }
    return texts;
  }

  private static void check(OptionTexts configuration, String... given) {
    OptionTexts all = configuration.and(texts(given));
    GivenOptions.check(texts(given), all.resolve());
  }

  private static void assertRefused(String expected, OptionTexts configuration, String... given) {
    UsageException e = assertThrows(UsageException.class, () -> check(configuration, given));
    assertTrue(String.valueOf(e.getMessage()).startsWith(expected), e::toString);
  }

  @Test
  void check_scheduleOptionsWithoutEffect_areRefused() {
    OptionTexts none = OptionTexts.empty();
    assertRefused("--steps: expected no --epochs beside it, found 3", none, "steps=9", "epochs=3");
    assertRefused("--steps: expected no --epochs beside it", texts("epochs=3"), "steps=9");
    assertRefused("--milestones: expected --schedule step beside it", none, "milestones=5,7");
    assertRefused(
        "--step-factor: expected --schedule step beside it, found cosine",
        none,
        "step-factor=0.1",
        "schedule=cosine");
    assertRefused("--schedule step: expected --milestones", none, "schedule=step");
    check(none, "schedule=step", "milestones=5,7", "step-factor=0.2");
    check(texts("schedule=step", "milestones=5,7"), "step-factor=0.2");
    check(texts("steps=9"), "epochs=3");
    check(texts("schedule=step", "milestones=5,7"), "schedule=cosine"); // Whose nobody gave.
    check(texts("schedule=step"), "batch=8");
  }

  @Test
  void check_dataOptionsWithoutEffect_areRefused(@TempDir Path folder) throws IOException {
    OptionTexts none = OptionTexts.empty();
    assertRefused(
        "--labels: expected no --labels-file beside it, found some.txt",
        none,
        "labels=5%",
        "labels-file=some.txt");
    assertRefused("--labels: expected no", texts("labels-file=some.txt"), "labels=5%");
    check(texts("labels=5%"), "labels-file=some.txt");
    for (String option : new String[] {"validation=0.2", "unlabeled=rest"}) {
      String name = "--" + option.replaceAll("=.*", "");
      assertRefused(
          name + ": expected no saved split beside it, found a.split",
          texts("labels-file=a.split"),
          option);
      check(none, option, "labels-file=some.csv");
      check(texts(option), "labels-file=a.split"); // Which nobody gave.
    }
    assertRefused("--images: expected a table (.csv, .tsv)", none, "images=" + folder);
    Path table = folder.resolve("table.csv");
    Files.writeString(table, "image,label\na.png,cat\n");
    check(none, "dataset=" + table, "images=" + folder);
  }

  @Test
  void check_algorithmOptionsWithoutEffect_areRefused() {
    OptionTexts fixmatch = texts("algorithm=fixmatch");
    OptionTexts uda = texts("algorithm=uda");
    assertRefused(
        "fixmatch.temperature: expected soft_targets=true beside it",
        fixmatch,
        "set.temperature=0.5");
    assertRefused(
        "uda.tsa_measure: expected tsa=linear, tsa=exp or tsa=log beside it",
        uda,
        "set.tsa_measure=max");
    for (String algorithm :
        List.of("fixmatch", "mean-teacher", "simmatch", "comatch", "supervised")) {
      assertRefused(
          algorithm + ".teacher_momentum: expected teacher=ema or teacher=eman beside it",
          texts("algorithm=" + algorithm, "set.teacher=none"),
          "set.teacher_momentum=0.9");
    }
    assertRefused(
        "supervised.momentum_schedule",
        texts("algorithm=supervised"),
        "set.momentum_schedule=ramp");
    check(fixmatch, "set.temperature=0.5", "set.soft_targets=true");
    check(fixmatch, "set.temperature=1"); // The default, which is none.
    check(texts("algorithm=fixmatch", "set.soft_targets=true"), "set.temperature=0.5");
    check(texts("algorithm=fixmatch", "set.temperature=0.5")); // Which nobody gave.
    check(uda, "set.temperature=0.5");
    check(uda, "set.tsa_measure=max", "set.tsa=exp");
    check(texts("algorithm=supervised"), "set.teacher_momentum=0.9", "set.teacher=eman");
  }

  @ParameterizedTest
  @CsvSource({
    "moco, strong=imagenet-train, --first-view and --second-view",
    "byol, weak=imagenet-train, --first-view and --second-view",
    "supervised, strong=imagenet-train, --weak alone",
    "supervised, first-view=moco-v2, --weak alone",
    "mean-teacher, strong=imagenet-train, --weak alone",
    "fixmatch, second-view=moco-v2, --weak and --strong",
    "comatch, first-view=moco-v2, --weak and --strong and --second-view",
  })
  void check_viewThatTheAlgorithmHasNot_isRefused(String algorithm, String option, String has) {
    OptionTexts configured = texts("algorithm=" + algorithm);
    String name = option.replaceAll("=.*", "");
    assertRefused("--" + name + ": expected an algorithm with", configured, option);
    assertRefused(
        String.format(
            "--%s: expected an algorithm with %s, found %s, which has %s",
            name,
            Map.of(
                    "weak", "labelled images or weak views",
                    "strong", "strong views",
                    "first-view", "a first view",
                    "second-view", "a second view")
                .get(name),
            algorithm,
            has),
        OptionTexts.empty(),
        "algorithm=" + algorithm,
        option);
    check(configured.and(texts(option)), "batch=8"); // Which nobody gave.
  }

  @Test
  void check_optionsOfOtherAlgorithms_areRefused() {
    OptionTexts supervised = texts("algorithm=supervised");
    OptionTexts fixmatch = texts("algorithm=fixmatch");
    OptionTexts moco = texts("algorithm=moco");
    assertRefused(
        "--mu: expected an algorithm that learns from images without labels, found supervised",
        supervised,
        "mu=7");
    for (String option : List.of("knn=5", "knn-bank=500")) {
      assertRefused(
          "--" + option.replaceAll("=.*", "") + ": expected an algorithm that learns features",
          fixmatch,
          option);
      check(moco, option);
      check(fixmatch.and(texts(option)), "mu=7");
    }
    check(supervised, "weak=imagenet-train", "test-view=imagenet-val", "unlabeled=rest");
    check(fixmatch, "weak=imagenet-train", "strong=eman-strong", "mu=7");
    check(moco, "first-view=moco-v2", "second-view=moco-v2", "mu=1");
    check(texts("algorithm=mean-teacher"), "weak=imagenet-train");
    check(texts("algorithm=comatch"), "second-view=comatch-strong");
  }

  /** It names each option, with its default if nobody gave it. */
  @Test
  void check_configurationOfARun_isFine() {
    for (String option : new String[] {"epochs=3", "labels-file=some.txt", "schedule=cosine"}) {
      check(OptionTexts.of(texts(option).resolve()));
    }
  }
}
