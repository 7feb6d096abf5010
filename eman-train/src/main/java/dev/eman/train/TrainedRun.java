package dev.eman.train;

import dev.eman.core.EmanException;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.model.Teacher;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Path;

/**
 * A run's last state with its data, to be looked at or trained further without touching its folder.
 *
 * @param images batches as the run has them
 * @param train the training images
 * @param pool the training images and then any of the data set's own unlabelled ones
 * @param test the test images
 * @param split which images have labels
 * @param algorithm in the state of the last checkpoint
 * @param position in the stream of batches
 * @param learningRate of the run's last step
 */
public record TrainedRun(
    RunImages images,
    ImageDataset train,
    ImageDataset pool,
    ImageDataset test,
    LabelSplit split,
    StudentTeacherAlgorithm algorithm,
    long position,
    double learningRate)
    implements AutoCloseable {

  /** What the run was told. */
  public static TrainingOptions options(Path run) {
    return OptionTexts.of(Checkpoint.read(run.resolve("last.ckpt"))).resolve();
  }

  public static TrainedRun open(Path run) {
    Checkpoint checkpoint = Checkpoint.read(run.resolve("last.ckpt"));
    TrainingOptions options = OptionTexts.of(checkpoint).resolve();
    DatasetProvider provider = Datasets.named(options.data().dataset());
    AlgorithmProvider algorithms = Algorithms.named(options.algorithm());
    DataDirectories directories = DataDirectories.of(options.data().folder());
    ImageDataset train = provider.open(Part.TRAIN, directories);
    ImageDataset test = provider.open(Part.TEST, directories);
    LabelSplit split = LabelSplit.load(run.resolve("labels.split"), train);
    RunPlan plan =
        RunPlan.of(options, algorithms, split.labeled().length(), split.unlabeled().length());
    StudentTeacherAlgorithm algorithm =
        new AlgorithmFactory(
                options,
                provider.statistics().channels(),
                train.classNames().size(),
                split.labeled().length(),
                split.unlabeled().length(),
                plan.steps())
            .create(null);
    checkpoint.restore(algorithm);
    return new TrainedRun(
        new RunImages(options, provider, algorithms),
        train,
        split.images(train, provider, directories),
        test,
        split,
        algorithm,
        checkpoint.position(),
        plan.schedule().at(Math.max(0, checkpoint.steps() - 1)));
  }

  /**
   * Its teacher.
   *
   * @throws EmanException if it has none
   */
  public Teacher teacher() {
    Teacher teacher = algorithm.teacher();
    if (teacher == null) {
      throw new EmanException("expected a run with a teacher, found one without");
    }
    return teacher;
  }

  /** The batches that the run would go on with. */
  public BatchPipeline training() {
    return images.training(pool, split, position);
  }

  @Override
  public void close() {
    pool.close(); // And with it the training images.
    test.close();
  }
}
