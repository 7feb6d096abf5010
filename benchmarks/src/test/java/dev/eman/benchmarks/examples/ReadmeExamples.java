package dev.eman.benchmarks.examples;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.LossValue;
import dev.eman.core.loss.Softmax;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.NormalizationConverter;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.option.OptionSpec;
import dev.eman.core.train.Checkpoint;
import dev.eman.core.train.LearningRateSchedule;
import dev.eman.core.train.Trainer;
import dev.eman.core.train.TrainingListener;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.fixmatch.FixMatch;
import dev.eman.fixmatch.FixMatchConfig;
import dev.eman.train.OnnxModel;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.TrainingRun;
import dev.eman.train.fit.Fit;
import dev.eman.train.fit.FitResult;
import dev.eman.train.options.TrainingOptions;
import dev.eman.weights.ImportReport;
import dev.eman.weights.TensorFile;
import dev.eman.weights.TensorFiles;
import dev.eman.weights.WeightExport;
import dev.eman.weights.WeightImport;
import dev.eman.weights.onnx.OnnxEngine;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;

/** The code of README.md and docs; {@link ReadmeExamplesTest} compares the two and runs it. */
public final class ReadmeExamples {
  private ReadmeExamples() {}

  /** Weights out and in. */
  static void travel(Path file) {
    // README: weights
    ComputationGraph network = Backbones.named("resnet8-w4").classifier(10, 1);
    WeightExport.write(network, file, Map.of("trained-by", "me")); // torchvision's names
    try (TensorFile weights = TensorFiles.open(file)) { // or a .pth, .pth.tar
      ImportReport report = WeightImport.load(network, weights, WeightImport.Role.STUDENT, null);
      System.out.println(report);
    }
    // README: end
  }

  /** A run of a given time. */
  static void fit(Path photos, Path image) {
    // README: fit
    FitResult result = Fit.folder(photos).minutes(30).run();
    System.out.println(result.why()); // what was chosen, and why
    System.out.println(result.predict(image)); // all classes of an image file, the likeliest first
    // README: end
  }

  /** A run's network as an ONNX model. */
  static void onnx(Path run, Path file) {
    RunCheckpoint checkpoint = RunCheckpoint.open(run, RunCheckpoint.Which.LAST);
    // README: onnx
    OnnxModel.of(checkpoint, checkpoint.deployed())
        .pixels(true)
        .softmax(true)
        .write(file, OnnxEngine.find().orElse(null)); // Verified if eman-onnx is there.
    // README: end
  }

  /** An exported network in plain DL4J. */
  static INDArray serve(File file, INDArray pixels) throws IOException {
    // README: exported
    ComputationGraph network = ModelSerializer.restoreComputationGraph(file);
    DataNormalization normalizer = ModelSerializer.restoreNormalizerFromFile(file);
    normalizer.transform(pixels); // float32 [N, 3, H, W], 0 to 255, red first
    INDArray probabilities = network.outputSingle(pixels); // [N, K], in the order of labels.txt
    // README: end
    return probabilities;
  }

  /** A whole run. */
  static void run(Path folder, Path image, int steps) {
    // README: run
    TrainingOptions options =
        TrainingOptions.builder("fixmatch").dataset("fashion-mnist-mini").steps(steps).build();
    try (TrainingRun run = TrainingRun.start(options, folder)) { // or resume(folder), after a stop
      if (run.train()) { // false after a run.stop()
        System.out.println(run.finish().test().teacher());
      }
    }
    RunCheckpoint best = RunCheckpoint.open(folder, Which.BEST);
    TrainedClassifier classifier = best.network(best.deployed());
    System.out.println(classifier.classify(image).get(0)); // the likeliest class of an image file
    // README: end
  }

  static Teacher train(int steps) {
    // README: train
    DatasetProvider data = Datasets.named("fashion-mnist-mini");
    ImageDataset images = data.open(Part.TRAIN, DataDirectories.of(null));
    LabelSplit split = LabelSplit.draw(images, LabelAmount.fraction(0.01), 42);
    Transform weak = AugmentationPreset.FIXMATCH_WEAK.create(28);
    Transform strong = AugmentationPreset.FIXMATCH_STRONG.create(28);
    ComputationGraph network = Backbones.named("resnet14-w16", 1).classifier(10, 42);
    Student student = new Student(network, Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4));
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED); // EMAN
    TeacherUpdate update = new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.99));
    FixMatch fixMatch = new FixMatch(student, teacher, update, FixMatchConfig.DEFAULT);
    try (BatchPipeline batches =
        BatchPipeline.builder(data)
            .labeled(ImageStream.labeled(images, split.labeled(), 16, weak))
            .unlabeled(ImageStream.unlabeled(images, split.unlabeled(), 64, weak, strong))
            .start()) {
      Trainer.builder(fixMatch, batches)
          .schedule(LearningRateSchedule.fixMatchCosine(0.03, steps))
          .steps(steps)
          .build()
          .run();
    }
    // README: end
    return teacher;
  }

  /** Trains on from a checkpoint, if there is one. */
  static void resume(
      StudentTeacherAlgorithm algorithm,
      BatchPipeline.Builder images,
      LearningRateSchedule schedule,
      long steps,
      Path file) {
    // README: resume
    long start = 0;
    if (Files.exists(file)) {
      Checkpoint saved = Checkpoint.read(file);
      saved.restore(algorithm); // networks, optimiser, the algorithm's own state, counters
      start = saved.position(); // in the data
    }
    try (BatchPipeline batches = images.startAt(start).start()) {
      TrainingListener saving =
          new TrainingListener() {
            @Override
            public void onCheckpoint(long step) {
              Checkpoint.write(file, algorithm, batches.position(), Map.of());
            }
          };
      Trainer.builder(algorithm, batches)
          .schedule(schedule)
          .steps(steps) // in all, those before the checkpoint included
          .checkpointEvery(1000) // and at the end
          .listeners(List.of(saving))
          .build()
          .run();
    }
    // README: end
  }

  static Teacher follow(INDArray weak, INDArray strong, int steps) {
    // README: follow
    ComputationGraph network = Backbones.named("resnet14-w16").classifier(10, 42);
    Student student = new Student(network, Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4));
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED); // EMAN
    TeacherUpdate update = new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.999));
    for (int step = 0; step < steps; step++) {
      INDArray targets = Softmax.of(teacher.infer(weak)[0]); // no gradient, no batch dependence
      INDArray logits = student.forward(strong)[0];
      LossValue loss = SoftmaxCrossEntropy.withTargets(logits, targets);
      student.backward(loss.gradient());
      student.step(0.03);
      update.apply(); // parameters and statistics
    }
    // README: end
    return teacher;
  }

  static Student convert(ComputationGraph anyDl4jGraph) {
    // README: convert
    ComputationGraph network = NormalizationConverter.convertToLogits(anyDl4jGraph);
    Student student = new Student(network, Sgd.decayingAll(0.9, false, 1e-4));
    // README: end
    return student;
  }

  // README: algorithm
  static final class ConfidentPseudoLabels extends StudentTeacherAlgorithm {
    private final double threshold;

    ConfidentPseudoLabels(Student student, Teacher teacher, double threshold) {
      super(
          student, teacher, new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.999)));
      this.threshold = threshold;
    }

    @Override
    protected LossTerms computeLoss(StepContext context) {
      INDArray images = context.batch().requireLabeled();
      INDArray q = Softmax.of(context.teacher(context.batch().view(0))[0]);
      INDArray logits = context.student(images, context.batch().view(1))[0];
      INDArray gradient = logits.ulike();
      long labeled = images.size(0);
      double lossX =
          SoftmaxCrossEntropy.withLabelsInto(
              StepContext.rows(logits, 0, labeled),
              context.batch().labels().toArray(),
              context.labelWeights(),
              StepContext.rows(gradient, 0, labeled));
      double lossU =
          SoftmaxCrossEntropy.withLabelsInto(
              StepContext.rows(logits, labeled, logits.size(0)),
              q.argMax(1).toIntVector(),
              ExampleWeights.of(q.max(1).gte(threshold).castTo(q.dataType())),
              StepContext.rows(gradient, labeled, logits.size(0)));
      return LossTerms.builder()
          .loss("loss_x", lossX)
          .loss("loss_u", lossU)
          .gradient(gradient)
          .build();
    }
  }

  // README: end

  /** As a jar of a user's own has it. */
  // README: provider
  public static final class Provider implements AlgorithmProvider {
    private static final OptionSpec<Double> THRESHOLD =
        OptionSpec.number("threshold", 0.95)
            .between(0, 1)
            .describedAs("a pseudo label counts from this confidence on");

    @Override
    public String name() {
      return "confident-pseudo-labels";
    }

    @Override
    public String description() {
      return "FixMatch in forty lines";
    }

    @Override
    public ImmutableList<View> views() {
      return ImmutableList.of(View.WEAK, View.STRONG);
    }

    @Override
    public ImmutableList<OptionSpec<?>> options() {
      return ImmutableList.of(THRESHOLD);
    }

    @Override
    public StudentTeacherAlgorithm create(AlgorithmContext context) {
      Teacher teacher = Teacher.copyOf(context.student(), TeacherStatistics.AVERAGED);
      double threshold = context.options().get(THRESHOLD);
      return new ConfidentPseudoLabels(context.student(), teacher, threshold);
    }
  }
  // README: end
}
