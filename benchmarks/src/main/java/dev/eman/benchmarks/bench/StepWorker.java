package dev.eman.benchmarks.bench;

import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import dev.eman.train.StockNetwork;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One contender of {@link BenchStep} in its own process, so that memory is measured separately.
 * Answers {@code step N}, {@code infer N} and {@code update N} with N times in milliseconds, {@code
 * rss} and {@code rss-now} with the peak and the present resident memory in MiB; ours also {@code
 * logits} with those of the teacher, image by image, and {@code losses R} with the losses of two
 * steps at a rate of R.
 */
public final class StepWorker {
  /** A training step. */
  private interface Step {
    double loss(double rate);
  }

  private StepWorker() {}

  /** Arguments: {@code eman|stock} and those of a {@link StepJob}. */
  public static void main(String[] args) throws IOException {
    StepJob job = StepJob.parse(args, 1);
    Nd4j.getEnvironment().setMaxMasterThreads(job.threads());
    Map<String, Answers.Answer> commands =
        new HashMap<>(args[0].equals("stock") ? stock(job) : eman(job));
    commands.put("rss", argument -> Answers.numbers(ProcessMemory.peakMiB()));
    commands.put("rss-now", argument -> Answers.numbers(ProcessMemory.residentMiB()));
    Answers.serve(args[0], commands);
  }

  private static Map<String, Answers.Answer> eman(StepJob job) {
    INDArray x = job.images();
    int[] labels = job.labels();
    Student student =
        new Student(job.network(), Sgd.decayingAll(StepJob.MOMENTUM, false, StepJob.DECAY));
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    TeacherUpdate update = new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.999));
    INDArray gradient = Nd4j.createUninitialized(DataType.FLOAT, x.size(0), job.classes());
    Step step =
        rate -> {
          INDArray logits = student.forward(x)[0];
          double loss =
              SoftmaxCrossEntropy.withLabelsInto(
                  logits, labels, ExampleWeights.uniform(), gradient);
          student.backward(gradient);
          student.step(rate);
          return loss;
        };
    return Map.of(
        "step",
        Answers.timing(() -> step.loss(StepJob.RATE)),
        "infer",
        Answers.timing(() -> teacher.infer(x)),
        "update",
        Answers.timing(update::apply),
        "logits",
        argument -> Answers.numbers(teacher.infer(x)[0].dup('c').data().asDouble()),
        "losses",
        argument -> {
          double rate = Double.parseDouble(argument);
          return Answers.numbers(step.loss(rate), step.loss(rate));
        });
  }

  private static Map<String, Answers.Answer> stock(StepJob job) {
    INDArray x = job.images();
    int[] labels = job.labels();
    ComputationGraph network = StockNetwork.of(job.network(), job.size());
    INDArray oneHot = Nd4j.zeros(labels.length, job.classes());
    for (int i = 0; i < labels.length; i++) {
      oneHot.putScalar(i, labels[i], 1);
    }
    DataSet data = new DataSet(x, oneHot);
    return Map.of(
        "step",
        Answers.timing(() -> network.fit(data)),
        "infer",
        Answers.timing(() -> network.outputSingle(x)));
  }
}
