package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.Algorithms;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunPlanTest {
  private static RunPlan plan(String algorithm, long labeled, long unlabeled, String... options) {
    return RunPlan.of(
        Texts.parse(List.of(options)), Algorithms.named(algorithm), labeled, unlabeled);
  }

  @Test
  void of_steps_areWhatIsTrained() {
    RunPlan plan = plan("fixmatch", 60, 6000, "--steps=100", "--batch=10", "--mu=4");
    assertEquals(new RunPlan(150, 100, 100, plan.schedule()), plan);
  }

  @Test
  void of_epochs_areOfUnlabeledImages() {
    RunPlan plan = plan("fixmatch", 60, 6000, "--epochs=3", "--batch=10", "--mu=4");
    assertEquals(450, plan.steps());
  }

  @Test
  void of_epochsOfLabelsAlone_areOfLabeledImages() {
    RunPlan plan = plan("supervised", 60, 6000, "--epochs=3", "--batch=10", "--mu=4");
    assertEquals(6, plan.stepsPerEpoch());
    assertEquals(18, plan.steps());
  }

  @Test
  void of_fewerImagesThanABatch_oneStepAnEpoch() {
    assertEquals(1, plan("supervised", 5, 5, "--epochs=1", "--batch=10").stepsPerEpoch());
  }

  @Test
  void of_limit_keepsTheSchedule() {
    RunPlan whole = plan("supervised", 60, 60, "--steps=100", "--schedule=cosine");
    RunPlan part =
        plan("supervised", 60, 60, "--steps=100", "--schedule=cosine", "--limit-steps=10");
    assertEquals(10, part.trained());
    assertEquals(100, part.steps());
    assertEquals(whole.schedule().at(9), part.schedule().at(9));
    assertEquals(100, plan("supervised", 60, 60, "--steps=100", "--limit-steps=1000").trained());
  }

  @Test
  void of_warmupAndMilestonesOfEpochs_becomeSteps() {
    RunPlan plan =
        plan(
            "supervised",
            60,
            60,
            "--epochs=10",
            "--batch=10",
            "--schedule=step",
            "--warmup=1",
            "--milestones=5",
            "--step-factor=0.1",
            "--learning-rate=1");
    assertEquals(6, plan.stepsPerEpoch());
    assertEquals(1, plan.schedule().at(29), 1e-12);
    assertEquals(0.1, plan.schedule().at(30), 1e-12);
    assertEquals(1.0 / 6, plan.schedule().at(1) - plan.schedule().at(0), 1e-12);
  }

  /** A rate that would never fall, or never be full, is not what was asked for. */
  @ParameterizedTest
  @CsvSource({"4;10, 0, milestones, '[24, 60]'", "4, 10, a warm-up that ends, [60]"})
  void checkReached_milestonesOrWarmupNotBeforeTheEnd_refused(
      String milestones, String warmup, String what, String got) {
    RunPlan plan =
        plan(
            "supervised",
            60,
            60,
            "--epochs=10",
            "--batch=10",
            "--schedule=step",
            "--warmup=" + warmup,
            "--milestones=" + milestones.replace(';', ','));
    UsageException e = assertThrows(UsageException.class, plan::checkReached);
    assertEquals(
        "--schedule: expected "
            + what
            + " before step 60, the run's end, got "
            + got
            + "; an epoch has 6 steps; --limit-steps stops a run earlier and keeps its schedule",
        e.getMessage());
  }

  /** A run cut short keeps the whole run's schedule. */
  @Test
  void checkReached_milestonesAfterTheLimit_taken() {
    RunPlan plan =
        plan(
            "supervised",
            60,
            60,
            "--steps=100",
            "--schedule=step",
            "--milestones=99",
            "--limit-steps=10");
    plan.checkReached();
    assertEquals(10, plan.trained());
  }
}
