package dev.eman.core.oracle;

import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class EmanUpdateOracleTest {
  private static final double MOMENTUM = 0.99;

  private final Oracle oracle = new Oracle("eman_update");

  private Teacher updatedTeacher(TeacherStatistics statistics) {
    ComputationGraph studentNetwork = Oracle.tinyResNet();
    oracle.load("student", studentNetwork);
    Student student = new Student(studentNetwork, Sgd.decayingAll(0.9, false, 0));
    ComputationGraph teacherNetwork = Oracle.tinyResNet();
    oracle.load("teacher_before", teacherNetwork);
    Teacher teacher = new Teacher(teacherNetwork, statistics);
    new TeacherUpdate(student, teacher, MomentumSchedule.constant(MOMENTUM)).apply();
    return teacher;
  }

  @Test
  void update_eman_averagesParametersAndStatistics() {
    Teacher teacher = updatedTeacher(TeacherStatistics.AVERAGED);
    oracle.assertState("teacher_after_eman", teacher.graph(), 1e-6);
    // Every weight of this case is positive, so the logits are about 1e9: relative to that.
    INDArray expected = oracle.get("teacher_logits_eman");
    Oracle.assertClose(
        "logits",
        expected,
        teacher.infer(oracle.get("x"))[0],
        2e-6 * expected.amaxNumber().doubleValue());
  }

  @Test
  void update_batchStatistics_averagesLearnedParametersAlone() {
    Teacher teacher = updatedTeacher(TeacherStatistics.BATCH);
    oracle.assertState("teacher_after_ema_learned_only", teacher.graph(), 1e-6);
    teacher.infer(oracle.get("x"));
    oracle.assertState("teacher_after_ema_learned_only", teacher.graph(), 1e-6);
  }

  @Test
  void infer_batchStatistics_equalsPyTorchInTrainingMode() {
    // The reference's logits were taken after the EMAN update.
    ComputationGraph network = Oracle.tinyResNet();
    oracle.load("teacher_after_eman", network);
    Teacher teacher = new Teacher(network, TeacherStatistics.BATCH);
    Oracle.assertClose(
        "logits",
        oracle.get("teacher_logits_batch_statistics"),
        teacher.infer(oracle.get("x"))[0],
        1e-4);
  }

  @Test
  void update_studentStatistics_copiesStatistics() {
    Teacher teacher = updatedTeacher(TeacherStatistics.STUDENT);
    for (var entry : teacher.parameters().entries()) {
      String folder = entry.statistic() ? "student" : "teacher_after_eman";
      Oracle.assertClose(
          entry.name(),
          oracle.parameter(folder, entry.name()).dup(),
          teacher
              .graph()
              .getParam(entry.name())
              .reshape(oracle.parameter(folder, entry.name()).shape()),
          1e-6);
    }
  }
}
