package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.data.BatchSource;
import dev.eman.core.loss.Softmax;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.pipeline.FailedImages;
import dev.eman.datasets.pipeline.ImageStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Classifies images, of files, data sets and arrays: a network of a run ({@link TrainedClassifier})
 * or a model of any program ({@link OnnxClassifier}). Not safe for use by several threads.
 */
public abstract class ImageClassifier {
  private final ImagePreparation preparation;
  private final ImmutableList<String> classNames;

  /** For {@link #classify(Path)}: memory for an image, which is used again; null before. */
  private @Nullable EncodedImages single;

  /**
   * A classifier.
   *
   * @param preparation what is done to images before {@link #logits} sees them
   * @param classNames in the order of the logits
   */
  protected ImageClassifier(ImagePreparation preparation, ImmutableList<String> classNames) {
    this.preparation = preparation;
    this.classNames = classNames;
  }

  /** What is done to images before the network sees them. */
  public final ImagePreparation preparation() {
    return preparation;
  }

  /** The classes' names, in the order of the logits. */
  public final ImmutableList<String> classNames() {
    return classNames;
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

  /**
   * Logits of images: softmax makes them probabilities.
   *
   * @param images float32 {@code [N, C, H, W]}, normalised as {@link #preparation} says
   * @return float32 {@code [N, K]}, valid until the next call
   */
  public abstract INDArray logits(INDArray images);

  /**
   * Classifies images.
   *
   * @param images float32 {@code [N, C, H, W]}, normalised as {@link #preparation} says
   * @return for each image all classes, the likeliest first
   */
  public final ImmutableList<ImmutableList<Prediction>> classify(INDArray images) {
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
  public final ImmutableList<ImmutableList<Prediction>> classify(ImageDataset images) {
    ImmutableList.Builder<ImmutableList<Prediction>> all = ImmutableList.builder();
    try (BatchSource batches = inOrder(images)) {
      while (batches.hasNext()) {
        all.addAll(classify(batches.next().requireLabeled()));
      }
    }
    return all.build();
  }

  /**
   * Classifies an image file, or the first one in a folder, in the calling thread. Memory for the
   * largest image so far is kept for the next.
   *
   * @return all classes, the likeliest first
   * @throws EmanException if there is none, or it cannot be read or decoded
   */
  public final ImmutableList<Prediction> classify(Path image) {
    Path file = FileImages.list(image, note -> {}).get(0);
    EncodedImages images = single;
    if (images == null) {
      images = new EncodedImages(preparation, 1);
      single = images;
    }
    images.add(FileImages.content(file), file.toString());
    return classify(images.take()).get(0);
  }

  /**
   * Classifies image files, and those in folders and their subfolders, a batch at a time. What
   * cannot be read is reported and left out.
   *
   * @param predictions called in the order of the paths; for folders and missing files that cannot
   *     be opened, before all others
   */
  public final void classify(List<Path> paths, FilePredictions predictions) {
    ImmutableList<Path> files = list(paths, predictions);
    if (files.isEmpty()) {
      return;
    }
    int channels = preparation.statistics().channels();
    FailedImages failed = new FailedImages();
    try (FileImages images =
            FileImages.ofFiles(files, classNames, channels, preparation.orientation());
        BatchSource batches = pipeline(images).failedImages(failed).start()) {
      int next = 0;
      while (batches.hasNext()) {
        for (ImmutableList<Prediction> classes : classify(batches.next().requireLabeled())) {
          CorruptImageException failure = failed.reason(next);
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
  public final FileImages images(List<Path> paths) {
    return FileImages.of(
        paths, classNames, preparation.statistics().channels(), preparation.orientation());
  }

  /**
   * Opens all images of a data set once, prepared as the run's test images were; close it after
   * use.
   */
  public final BatchPipeline inOrder(ImageDataset images) {
    return inOrder(images, CorruptImages.FAIL);
  }

  /**
   * The same, with a choice of what to do about an image that cannot be decoded. To count correct
   * answers, a run's own ({@link RunCheckpoint#corruptImages}) suits best.
   */
  public final BatchPipeline inOrder(ImageDataset images, CorruptImages policy) {
    return pipeline(images).corruptImages(policy).start();
  }

  private BatchPipeline.Builder pipeline(ImageDataset images) {
    int batchSize = Math.max(1, Math.min(preparation.batchSize(), images.size()));
    return BatchPipeline.builder()
        .labeled(ImageStream.inOrder(images, batchSize, preparation.view()))
        .statistics(preparation.statistics())
        .imageSize(preparation.imageSize());
  }
}
