package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.data.BatchSource;
import dev.eman.core.loss.Softmax;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.pipeline.ImageStream;
import dev.eman.train.options.Network;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A trained network from a checkpoint, for inference. Not safe for use by several threads. */
public final class TrainedClassifier {
  private final ImagePreparation preparation;
  private final Network network;
  private final ImmutableList<String> classNames;
  private final ComputationGraph graph;
  private final Teacher inference;

  TrainedClassifier(RunCheckpoint checkpoint, Network network, ComputationGraph graph) {
    this(
        checkpoint.preparation(),
        network,
        checkpoint.classNames(),
        new Teacher(graph, TeacherStatistics.AVERAGED)); // With the stored statistics.
  }

  private TrainedClassifier(
      ImagePreparation preparation,
      Network network,
      ImmutableList<String> classNames,
      Teacher inference) {
    this.preparation = preparation;
    this.network = network;
    this.classNames = classNames;
    this.graph = inference.graph();
    this.inference = inference;
  }

  /**
   * The same classifier for another thread, which may use it at the same time; the network must not
   * change from here on. See {@link Teacher#forAnotherThread}.
   */
  public TrainedClassifier forAnotherThread() {
    return new TrainedClassifier(preparation, network, classNames, inference.forAnotherThread());
  }

  /** What is done to images before the network sees them. */
  public ImagePreparation preparation() {
    return preparation;
  }

  /**
   * A possible class of an image.
   *
   * @param className its name
   * @param probability from 0 to 1
   */
  public record Prediction(String className, double probability) {}

  /** Receives the predictions for image files, in the order of the files. */
  public interface FilePredictions {
    /**
     * An image was classified.
     *
     * @param classes all classes, the most probable first
     */
    void classified(Path image, ImmutableList<Prediction> classes);

    /**
     * A file cannot be read or decoded, or a folder has no images.
     *
     * @param reason what was expected and found; names the file
     */
    void failed(Path path, String reason);

    /** Files in a folder were passed over, because their names are no images' or are hidden. */
    default void passedOver(String note) {}
  }

  /** Which of the run's networks it is. */
  public Network network() {
    return network;
  }

  /** The classes' names, in the order of the logits. */
  public ImmutableList<String> classNames() {
    return classNames;
  }

  /** The network itself; it shares its parameters with this classifier. */
  public ComputationGraph graph() {
    return graph;
  }

  /**
   * Logits of images.
   *
   * @param images float32 {@code [N, C, H, W]}, normalised by the checkpoint's {@link
   *     RunCheckpoint#statistics}
   * @return float32 {@code [N, K]}, valid until the next call
   */
  public INDArray logits(INDArray images) {
    return inference.infer(images)[0];
  }

  /**
   * Classifies images.
   *
   * @param images float32 {@code [N, C, H, W]}, normalised by the checkpoint's {@link
   *     RunCheckpoint#statistics}
   * @return for each image all classes, the likeliest first
   */
  public ImmutableList<ImmutableList<Prediction>> classify(INDArray images) {
    INDArray probabilities = Softmax.of(logits(images));
    ImmutableList.Builder<ImmutableList<Prediction>> all = ImmutableList.builder();
    for (int row = 0; row < probabilities.size(0); row++) {
      int image = row;
      all.add(
          IntStream.range(0, classNames.size())
              .mapToObj(k -> new Prediction(classNames.get(k), probabilities.getDouble(image, k)))
              .sorted(Comparator.comparingDouble(Prediction::probability).reversed())
              .collect(ImmutableList.toImmutableList()));
    }
    return all.build();
  }

  /** Classifies all images of a data set, prepared as the run's test images were. */
  public ImmutableList<ImmutableList<Prediction>> classify(ImageDataset images) {
    ImmutableList.Builder<ImmutableList<Prediction>> all = ImmutableList.builder();
    try (BatchSource batches = inOrder(images)) {
      while (batches.hasNext()) {
        all.addAll(classify(batches.next().requireLabeled()));
      }
    }
    return all.build();
  }

  /**
   * Classifies an image file.
   *
   * @return all classes, the likeliest first
   */
  public ImmutableList<Prediction> classify(Path image) {
    try (FileImages files = images(List.of(image))) {
      return classify(files).get(0);
    }
  }

  /**
   * Classifies image files, and those in folders and their subfolders, a batch at a time. What
   * cannot be read is reported and left out.
   *
   * @param predictions called in the order of the paths; for folders and missing files that cannot
   *     be opened, before all others
   */
  public void classify(List<Path> paths, FilePredictions predictions) {
    ImmutableList<Path> files = list(paths, predictions);
    if (files.isEmpty()) {
      return;
    }
    int channels = preparation.statistics().channels();
    try (ReadableImages images =
            new ReadableImages(
                FileImages.ofFiles(files, classNames, channels, preparation.orientation()),
                preparation.imageSize());
        BatchSource batches = inOrder(images)) {
      int next = 0;
      while (batches.hasNext()) {
        for (ImmutableList<Prediction> classes : classify(batches.next().requireLabeled())) {
          CorruptImageException failure = images.failure(next);
          if (failure == null) {
            predictions.classified(files.get(next), classes);
          } else {
            predictions.failed(files.get(next), String.valueOf(failure.getMessage()));
          }
          next++;
        }
      }
    }
  }

  private static ImmutableList<Path> list(List<Path> paths, FilePredictions predictions) {
    ImmutableList.Builder<Path> files = ImmutableList.builder();
    for (Path path : paths) {
      try {
        files.addAll(FileImages.list(path, predictions::passedOver));
      } catch (EmanException e) {
        predictions.failed(path, String.valueOf(e.getMessage()));
      }
    }
    return files.build();
  }

  /** Opens image files, and those in folders and their subfolders, for classification. */
  public FileImages images(List<Path> paths) {
    return FileImages.of(
        paths, classNames, preparation.statistics().channels(), preparation.orientation());
  }

  /**
   * Opens all images of a data set once, prepared as the run's test images were; close it after
   * use.
   */
  public BatchPipeline inOrder(ImageDataset images) {
    return inOrder(images, CorruptImages.FAIL);
  }

  /**
   * The same, with a choice of what to do about an image that cannot be decoded. To count correct
   * answers, a run's own ({@link RunCheckpoint#corruptImages}) suits best.
   */
  public BatchPipeline inOrder(ImageDataset images, CorruptImages policy) {
    return BatchPipeline.builder()
        .labeled(ImageStream.inOrder(images, preparation.batchSize(), preparation.view()))
        .statistics(preparation.statistics())
        .imageSize(preparation.imageSize())
        .corruptImages(policy)
        .start();
  }
}
