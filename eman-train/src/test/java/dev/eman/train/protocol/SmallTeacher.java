package dev.eman.train.protocol;

import dev.eman.core.algorithm.Supervised;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;

/** A small network that is trained with labels, and a teacher that follows it. */
final class SmallTeacher {
  private SmallTeacher() {}

  static Student student() {
    return new Student(
        Backbones.named("resnet8-w4", 1).classifier(10, 5), Sgd.decayingAll(0.9, false, 0));
  }

  static Supervised of(TeacherStatistics statistics, double momentum) {
    Student student = student();
    Teacher teacher = new Teacher(student.graph().clone(), statistics);
    TeacherUpdate update = new TeacherUpdate(student, teacher, MomentumSchedule.constant(momentum));
    return new Supervised(student, teacher, update);
  }

  /** With statistics and weights that are no longer the initial ones. */
  static Supervised trained(FirstImages images, double momentum) {
    Supervised algorithm = of(TeacherStatistics.AVERAGED, momentum);
    try (var batches = images.augmented(images.indices(), 32)) {
      for (int i = 0; i < 10; i++) {
        algorithm.step(batches.next(), 0.1);
      }
    }
    return algorithm;
  }
}
