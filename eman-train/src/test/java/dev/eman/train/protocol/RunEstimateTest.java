package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.model.Student;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.fixmatch.FixMatch;
import dev.eman.fixmatch.FixMatchConfig;
import dev.eman.train.protocol.RunEstimate.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunEstimateTest {
  private static Workload.Builder work() {
    return Workload.builder().steps(1000).batchSize(64).imageSize(16);
  }

  private static RunEstimate measure(Workload work) {
    return RunEstimate.measure(teacher(), work);
  }

  private static StudentTeacherAlgorithm teacher() {
    return SmallTeacher.of(TeacherStatistics.AVERAGED, 0.9);
  }

  @Test
  void measure_withATeacher_countsBothNetworksAndScalesTheStep() {
    RunEstimate found = measure(work().build());
    Student student = SmallTeacher.student();
    long weights = student.parameters().vector().length();
    assertEquals(student.parameters().learnedCount(), found.parameters());
    assertEquals(3 * 4 * weights, found.checkpointBytes(), "student, teacher, momentum");
    assertEquals(3 * 64 * 16 * 16 * 4, found.batchBytes(), "three batches");
    assertEquals(4, found.measuredBatch(), "twice two, which a normalisation of one pixel needs");
    assertTrue(found.measuredSeconds() > 0, found.toString());
    assertEquals(16 * found.measuredSeconds(), found.stepSeconds(), 1e-9);
    assertEquals(1000 * found.stepSeconds(), found.seconds(), 1e-6);
    // One activation of the first convolution alone has 4 channels.
    assertTrue(found.deviceBytes() > 4 * 4 * weights + 64 * 4 * 16 * 16 * 4, found.toString());
  }

  @Test
  void measure_inParts_takesLessMemoryForTheSameWork() {
    RunEstimate whole = measure(work().build());
    RunEstimate parts = measure(work().accumulate(4).build());
    assertTrue(parts.deviceBytes() < whole.deviceBytes() / 2, parts + " and " + whole);
    assertEquals(16 * parts.measuredSeconds(), parts.stepSeconds(), 1e-9);
    RunEstimate devices = measure(work().devices(4).build());
    assertEquals(4 * devices.measuredSeconds(), devices.stepSeconds(), 1e-9);
  }

  @Test
  void measure_viewsOfUnlabelledImages_areInTheBatches() {
    FixMatch algorithm = new FixMatch(SmallTeacher.student(), FixMatchConfig.DEFAULT);
    Workload work = work().views(2).mu(3).build();
    RunEstimate found = RunEstimate.measure(algorithm, work);
    assertEquals(3 * 64 * (1 + 2 * 3) * 16 * 16 * 4, found.batchBytes());
    long weights = algorithm.student().parameters().vector().length();
    assertEquals(2 * 4 * weights, found.checkpointBytes(), "no teacher");
  }

  @Test
  void measure_batchesThatAreNotTaken_takesTheNextLargerOrTheRunsOwn() {
    Workload work = work().batchSize(12).build();
    assertEquals(8, RunEstimate.measure(teacher(), work, n -> n % 4 == 0).measuredBatch());
    RunEstimate own = RunEstimate.measure(teacher(), work, n -> n == 12);
    assertEquals(12, own.measuredBatch());
    assertEquals(own.measuredSeconds(), own.stepSeconds(), 1e-9);
  }

  @Test
  void build_outOfRange_isRefused() {
    for (Workload.Builder wrong :
        List.of(
            Workload.builder(),
            work().steps(0),
            work().batchSize(0),
            work().views(-1),
            work().labels(false),
            work().mu(0),
            work().accumulate(0),
            work().devices(0),
            work().channels(0),
            work().imageSize(0))) {
      assertThrows(IllegalArgumentException.class, wrong::build);
    }
  }
}
