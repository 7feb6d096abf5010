package dev.eman.train.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import dev.eman.core.UsageException;
import dev.eman.core.nn.Backbones;
import dev.eman.train.fit.FitRules.Wishes;
import dev.eman.train.options.TrainingOptions;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The rules of choice, as functions. */
class FitRulesTest {
  private static final ImmutableSet<String> ALL = ImmutableSet.of("supervised", "fixmatch", "moco");

  /** A machine on which a step of the demo takes some 60 ms. */
  private static final double FAST = 1.3;

  private static DataFacts small(int labeled, int unlabeled) {
    return new DataFacts(
        "small", labeled, unlabeled, labeled == 0 ? 0 : 10, 1, 1000, 1, 28, false, 28, "x");
  }

  private static DataFacts photos(int labeled, int unlabeled, int pixels) {
    return new DataFacts(
        "photos", labeled, unlabeled, labeled == 0 ? 0 : 5, 1, 700, 3, pixels, true, 224, "x");
  }

  private static FitChoice choose(DataFacts data, double ms, double seconds) {
    return FitRules.choose(data, ms, seconds, ALL, Wishes.NONE);
  }

  @Test
  void choose_fewLabelsThreeMinutes_demoSettings() {
    FitChoice choice = choose(small(60, 5940), FAST, 180);
    assertEquals("fixmatch", choice.method().algorithm());
    assertEquals("resnet14-w16", choice.backbone());
    assertEquals(28, choice.size());
    assertEquals(16, choice.method().batch());
    assertEquals(2, choice.method().mu());
    FitPlan plan = FitRules.plan(choice, small(60, 5940), 0.06, 180, 180);
    assertTrue(plan.steps() > 1600, plan::toString);
    assertEquals("0.9", choice.settings(plan.steps()).get("threshold"));
    assertEquals("0.99", choice.settings(plan.steps()).get("teacher_momentum"));
  }

  @Test
  void choose_allLabelled_supervised() {
    assertEquals("supervised", choose(small(6000, 0), FAST, 180).method().algorithm());
    assertEquals("supervised", choose(small(600, 599), FAST, 180).method().algorithm());
    assertEquals("fixmatch", choose(small(600, 600), FAST, 180).method().algorithm());
  }

  @Test
  void choose_noLabels_learnsWithout() {
    FitChoice choice = choose(photos(0, 500, 400), FAST, 600);
    assertEquals("moco", choice.method().algorithm());
    assertTrue(choice.why().contains("no image has a label"), choice.why());
  }

  @Test
  void choose_algorithmMissing_saysSo() {
    FitChoice choice =
        FitRules.choose(small(60, 5940), FAST, 180, ImmutableSet.of("supervised"), Wishes.NONE);
    assertEquals("supervised", choice.method().algorithm());
    assertTrue(choice.why().contains("class path"), choice.why());
    UsageException e =
        assertThrows(
            UsageException.class,
            () ->
                FitRules.choose(
                    small(0, 60), FAST, 180, ImmutableSet.of("supervised"), Wishes.NONE));
    assertTrue(e.getMessage().contains("moco on the class path"), e.getMessage());
  }

  @Test
  void choose_tooShortForPseudoLabels_labelsAlone() {
    assertEquals("supervised", choose(small(60, 5940), 60, 60).method().algorithm());
  }

  @Test
  void choose_fewLabelsAndTime_learnsWithoutLabelsFirst() {
    FitChoice choice = choose(small(60, 5940), FAST, 600);
    assertEquals("fixmatch", choice.method().algorithm());
    FitChoice first = Objects.requireNonNull(choice.first());
    assertEquals("moco", first.method().algorithm());
    assertEquals(choice.backbone(), first.backbone());
    assertEquals(choice.size(), first.size());
    assertNull(first.first());
    assertNull(choose(small(60, 5940), FAST, 180).first()); // Too few passes.
    assertNull(choose(small(300, 5700), FAST, 600).first()); // 19 for each label.
    assertNull(choose(small(1001, 40_000), FAST, 7_200).first()); // Of 10 classes.
    assertNull(choose(small(20, 900), FAST, 600).first()); // Few images.
    assertNull(choose(small(6000, 0), FAST, 600).first());
    assertNull(choose(photos(0, 5_000, 400), FAST, 6_000).first());
    assertNull(
        FitRules.choose(small(60, 5940), FAST, 600, ALL, new Wishes(null, null, true)).first());
    assertNull(
        FitRules.choose(
                small(60, 5940), FAST, 600, ImmutableSet.of("supervised", "fixmatch"), Wishes.NONE)
            .first());
  }

  @Test
  void planFirst_halfOfTheTime_orNothing() {
    DataFacts data = small(60, 5940);
    FitChoice choice = choose(data, FAST, 600);
    FitChoice first = Objects.requireNonNull(choice.first());
    FitPlan before = Objects.requireNonNull(FirstRules.plan(first, data, 0.15, 600));
    assertTrue(before.seconds() <= 300 && before.seconds() > 298, before::toString);
    FitPlan after = FitRules.plan(choice, data, 0.06, 600 - before.seconds(), 600);
    assertTrue(before.seconds() + after.seconds() <= 600, after::toString);
    TrainingOptions options = first.texts(data.usualSize()).and(before.texts(first)).resolve();
    assertEquals("moco", options.algorithm());
    assertEquals(before.steps() / 16.0, options.schedule().warmup(), 1);
    assertEquals(before.steps(), options.evaluation().evaluateEvery());
    assertNull(FirstRules.plan(first, data, 0.5, 600)); // Fewer than 15 passes.
    FitPlan year = Objects.requireNonNull(FirstRules.plan(first, data, 0.15, 3e7));
    assertEquals(200 * 6_000 / 128, year.steps());
    assertEquals(
        "150.0", "" + first.texts(28).and(year.texts(first)).resolve().schedule().warmup());
  }

  /**
   * With mu unlabelled images for each of 16 labelled ones a step learns from 16 (1 + 1.3 mu)
   * images: 99.2 for 4, 161.6 for 7. The steps that the time has left for training allow 10,000 of
   * these, or a little less.
   */
  @Test
  void choose_tenThousandStepsRemain_moreUnlabelledImages() {
    DataFacts data = small(2_000, 58_000); // Too many labels to learn without labels first.
    for (double[] wanted :
        new double[][] {{99.2, 0.99, 2}, {99.2, 1.01, 4}, {161.6, 0.99, 4}, {161.6, 1.01, 7}}) {
      Wishes network = new Wishes("resnet14-w16", 32, false);
      double training = wanted[1] * 10_000 * wanted[0] / 1000;
      FitChoice choice =
          FitRules.choose(data, 1, 8 + training * 12 / 11, ALL, network); // And evaluations.
      assertEquals("fixmatch", choice.method().algorithm());
      assertEquals(wanted[2], choice.method().mu(), () -> "at " + training + " s");
    }
  }

  /** ResNet-14 of width 16 needs 600 steps, and half of them where there are labels alone. */
  @Test
  void choose_halfTheSteps_areEnoughForTheNetworkOfASupervisedRun() {
    for (double[] wanted : new double[][] {{0.99, 8}, {1.01, 14}}) {
      DataFacts labeled = photosAsSmall(600, 0);
      double training = wanted[0] * 300 * 32 / 1000;
      assertEquals(
          "resnet" + (int) wanted[1] + "-w16",
          choose(labeled, 1, 8 + training * 12 / 11).backbone());
      DataFacts few = photosAsSmall(600, 6_000);
      double fixMatch = wanted[0] * 600 * 16 * (1 + 1.3 * 2) / 1000;
      assertEquals(
          "resnet" + (int) wanted[1] + "-w16", choose(few, 1, 8 + fixMatch * 12 / 11).backbone());
    }
  }

  /** Small images of the reference's size, on which ResNet-14 costs 1. */
  private static DataFacts photosAsSmall(int labeled, int unlabeled) {
    return new DataFacts("small", labeled, unlabeled, 10, 1, 1000, 1, 32, false, 32, "x");
  }

  @Test
  void method_supervised_largerBatchAndRateFrom2000LabelsOn() {
    FitChoice.Method fewer = FitRules.method("supervised", small(1_999, 0));
    assertEquals(32, fewer.batch());
    assertEquals(0.03, fewer.learningRate());
    FitChoice.Method many = FitRules.method("supervised", small(2_000, 0));
    assertEquals(64, many.batch());
    assertEquals(0.06, many.learningRate());
  }

  @Test
  void method_withoutLabels_largerBatchAndRateFrom1000ImagesOn() {
    FitChoice.Method fewer = FitRules.method("moco", small(0, 999));
    assertEquals(64, fewer.batch());
    assertEquals(0.03, fewer.learningRate());
    FitChoice.Method many = FitRules.method("moco", small(0, 1_000));
    assertEquals(128, many.batch());
    assertEquals(0.06, many.learningRate());
  }

  @Test
  void method_fixMatch_moreUnlabelledImagesOfAUsersOwnPhotos() {
    assertEquals(2, FitRules.method("fixmatch", small(60, 600)).mu());
    FitChoice.Method photos = FitRules.method("fixmatch", photos(60, 600, 400));
    assertEquals(3, photos.mu());
    assertEquals(16, photos.batch());
    assertEquals(0.03, photos.learningRate());
  }

  @Test
  void choose_wishes_areKept() {
    FitChoice choice =
        FitRules.choose(photos(40, 500, 400), FAST, 600, ALL, new Wishes("resnet8-w4", 48, false));
    assertEquals("resnet8-w4", choice.backbone());
    assertEquals(48, choice.size());
    assertEquals(
        "resnet18",
        FitRules.choose(photos(40, 500, 400), FAST, 10, ALL, new Wishes("resnet18", null, false))
            .backbone());
  }

  @Test
  void choose_longer_largerImagesAndNetworks() {
    DataFacts data = photos(400, 4000, 400);
    assertEquals(32, choose(data, 50, 60).size());
    assertEquals(64, choose(data, FAST, 1_800).size());
    FitChoice day = choose(data, FAST, 86_400);
    assertTrue(day.cost() > 9, day::toString);
  }

  @Test
  void plan_tooShort_namesTheOption() {
    FitChoice choice = choose(small(60, 5940), FAST, 5);
    UsageException e =
        assertThrows(
            UsageException.class, () -> FitRules.plan(choice, small(60, 5940), 0.06, 5, 20));
    // 15 of the 20 seconds are spent.
    assertTrue(
        e.getMessage().matches("--minutes: expected at least 0.[4-9] .*, got 0.333"), e::toString);
  }

  @Test
  void plan_fewLabelsAlone_endsBeforeTheTime() {
    FitChoice choice = choose(small(60, 0), FAST, 36_000);
    assertEquals(1000, FitRules.plan(choice, small(60, 0), 0.06, 36_000, 36_000).steps());
  }

  @Property(tries = 300)
  void chooseAndPlan_anything_withinTheBudgetAndValid(
      @ForAll @IntRange(max = 100_000) int labeled,
      @ForAll @IntRange(max = 1_000_000) int unlabeled,
      @ForAll @IntRange(min = 8, max = 4000) int pixels,
      @ForAll boolean ownSize,
      @ForAll @IntRange(max = 50_000) int test,
      @ForAll @DoubleRange(min = 0.01, max = 500) double ms,
      @ForAll @DoubleRange(min = 0.5, max = 200_000) double seconds,
      @ForAll @DoubleRange(min = 0.1, max = 10) double wrong) {
    DataFacts data =
        new DataFacts(
            "any", labeled, unlabeled, labeled == 0 ? 0 : 10, 0, test, 3, pixels, ownSize, 224, "");
    FitChoice choice = choose(data, ms, seconds);
    Backbones.named(choice.backbone());
    double step = FitRules.stepSeconds(choice, ms) * wrong;
    FitPlan plan;
    try {
      plan = FitRules.plan(choice, data, step, seconds, seconds);
    } catch (UsageException e) {
      assertTrue(e.getMessage().contains("--minutes"), e.getMessage());
      return;
    }
    assertTrue(plan.seconds() <= seconds * (1 + 1e-9), plan::toString);
    assertTrue(plan.steps() * step < seconds, plan::toString);
    long evaluations = (plan.steps() + plan.evaluateEvery() - 1) / plan.evaluateEvery();
    assertTrue(evaluations <= plan.evaluations(), plan::toString);
    TrainingOptions options = choice.texts(data.usualSize()).and(plan.texts(choice)).resolve();
    assertEquals(plan.steps(), options.schedule().steps());
    assertTrue(choice.size() <= Math.max(32, pixels * 1.5) || choice.size() == 224);
  }

  @Property(tries = 200)
  void choose_moreTime_neverASmallerNetwork(
      @ForAll @IntRange(min = 1, max = 5_000) int labeled,
      @ForAll @IntRange(min = 16, max = 1000) int pixels,
      @ForAll @DoubleRange(min = 0.05, max = 50) double ms,
      @ForAll @DoubleRange(min = 60, max = 50_000) double seconds,
      @ForAll @DoubleRange(min = 1, max = 20) double factor) {
    DataFacts data = photos(labeled, 10 * labeled, pixels);
    FitChoice less = choose(data, ms, seconds);
    FitChoice more = choose(data, ms, seconds * factor);
    if (less.method().algorithm().equals(more.method().algorithm())) {
      assertTrue(more.cost() >= less.cost(), () -> less + " " + more);
    }
  }
}
