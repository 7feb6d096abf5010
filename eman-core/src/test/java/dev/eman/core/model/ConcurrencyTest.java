package dev.eman.core.model;

import static dev.eman.core.data.ArrayAssertions.assertClose;

import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Different students and teachers in different threads do not disturb one another. */
class ConcurrencyTest {
  private static final int THREADS = 4;

  private static INDArray train(long seed, INDArray x) {
    Student student =
        new Student(
            Backbones.named("resnet8-w16").classifier(3, seed), Sgd.decayingAll(0.9, false, 0));
    int[] labels = {0, 1, 2, 0, 1, 2};
    for (int i = 0; i < 5; i++) {
      student.backward(SoftmaxCrossEntropy.withLabels(student.forward(x)[0], labels).gradient());
      student.step(0.05);
    }
    return student.parameters().vector().dup();
  }

  @Test
  void students_inParallel_trainAsAlone() throws Exception {
    INDArray x = Nd4j.randn(6, 3, 16, 16);
    List<INDArray> alone = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      alone.add(train(i, x));
    }
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<INDArray>> together = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int seed = i;
        together.add(pool.submit(() -> train(seed, x)));
      }
      for (int i = 0; i < THREADS; i++) {
        assertClose(alone.get(i), together.get(i).get(), 1e-5, "student " + i);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void teachers_builtInOneThreadUsedInOthers_answerAsBefore() throws Exception {
    INDArray x = Nd4j.randn(6, 3, 32, 32);
    List<Teacher> teachers = new ArrayList<>();
    List<INDArray> expected = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Student student =
          new Student(
              Backbones.named("resnet14-w16").classifier(3, i), Sgd.decayingAll(0, false, 0));
      teachers.add(Teacher.copyOf(student, TeacherStatistics.AVERAGED));
      expected.add(teachers.get(i).infer(x)[0].dup());
    }
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<INDArray[]>> found = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int index = i;
        found.add(
            pool.submit(
                () -> {
                  INDArray[] answers = new INDArray[10];
                  for (int r = 0; r < answers.length; r++) {
                    answers[r] = teachers.get(index).infer(x)[0].dup();
                  }
                  return answers;
                }));
      }
      for (int i = 0; i < THREADS; i++) {
        for (INDArray answer : found.get(i).get()) {
          assertClose(expected.get(i), answer, 1e-6, "teacher " + i);
        }
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
