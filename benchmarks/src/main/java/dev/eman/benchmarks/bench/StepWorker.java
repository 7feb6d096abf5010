package dev.eman.benchmarks.bench;

import com.google.common.base.Splitter;
import com.google.common.base.Verify;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import dev.eman.train.StockNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One contender of {@link BenchStep} in its own process, so that memory is measured separately.
 * Reads one command per line, as {@code peers/step.py} does.
 */
public final class StepWorker {
  private StepWorker() {}

  /** Arguments: {@code eman|stock} architecture batch size classes threads. */
  public static void main(String[] args) throws IOException {
    String arch = args[1];
    int batch = Integer.parseInt(args[2]);
    int size = Integer.parseInt(args[3]);
    int classes = Integer.parseInt(args[4]);
    int threads = Integer.parseInt(args[5]);
    Nd4j.getEnvironment().setMaxMasterThreads(threads);
    Nd4j.getRandom().setSeed(1);
    INDArray x = Nd4j.randn(DataType.FLOAT, batch, 3, size, size);
    int[] labels = new Random(1).ints(batch, 0, classes).toArray();
    Map<String, Runnable> work =
        args[0].equals("stock")
            ? stock(arch, size, classes, x, labels)
            : eman(arch, classes, x, labels);
    System.out.println("ready " + args[0]);
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null && !line.equals("quit"); ) {
        List<String> words = Splitter.on(' ').splitToList(line);
        if (line.equals("rss")) {
          System.out.println(ProcessMemory.peakMiB());
        } else if (line.equals("rss-now")) {
          System.out.println(ProcessMemory.residentMiB());
        } else {
          Runnable asked = Verify.verifyNotNull(work.get(words.get(0)), "no %s here", line);
          System.out.println(times(asked, Integer.parseInt(words.get(1))));
        }
        line = in.readLine();
      }
    }
  }

  private static String times(Runnable work, int count) {
    StringBuilder times = new StringBuilder();
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      work.run();
      times.append(String.format(Locale.ROOT, "%.4f ", (System.nanoTime() - start) / 1e6));
    }
    return times.toString().strip();
  }

  private static Map<String, Runnable> eman(String arch, int classes, INDArray x, int[] labels) {
    Student student =
        new Student(
            Backbones.named(arch).classifier(classes, 1), Sgd.decayingAll(0.9, false, 1e-4));
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    TeacherUpdate update = new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.999));
    INDArray gradient = Nd4j.createUninitialized(DataType.FLOAT, x.size(0), classes);
    Runnable step =
        () -> {
          INDArray logits = student.forward(x)[0];
          SoftmaxCrossEntropy.withLabelsInto(logits, labels, ExampleWeights.uniform(), gradient);
          student.backward(gradient);
          student.step(0.03);
        };
    return Map.of("step", step, "infer", () -> teacher.infer(x), "update", update::apply);
  }

  private static Map<String, Runnable> stock(
      String arch, int size, int classes, INDArray x, int[] labels) {
    ComputationGraph network = StockNetwork.of(Backbones.named(arch).classifier(classes, 1), size);
    INDArray oneHot = Nd4j.zeros(labels.length, classes);
    for (int i = 0; i < labels.length; i++) {
      oneHot.putScalar(i, labels[i], 1);
    }
    DataSet data = new DataSet(x, oneHot);
    return Map.of("step", () -> network.fit(data), "infer", () -> network.outputSingle(x));
  }
}
