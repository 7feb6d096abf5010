package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.pipeline.FailedImages;
import dev.eman.datasets.pipeline.ImageStream;
import java.nio.file.Path;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Features of image files. */
public final class FileFeatures {
  private static final int MOST_AT_A_TIME = 64;

  private FileFeatures() {}

  /** Receives the features, in the order of the files. */
  public interface Receiver {
    /**
     * An image was encoded.
     *
     * @param features float32, of the encoder's width
     */
    void encoded(Path image, float[] features);

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
   * Encodes image files, and those in folders and their subfolders, a batch at a time. What cannot
   * be read is reported and left out.
   *
   * @param preparation of the images before the encoder
   */
  public static void of(
      List<Path> paths, ImageEncoder encoder, ImagePreparation preparation, Receiver receiver) {
    ImmutableList.Builder<Path> listed = ImmutableList.builder();
    for (Path path : paths) {
      try {
        listed.addAll(FileImages.list(path, receiver::passedOver));
      } catch (EmanException e) {
        receiver.failed(path, String.valueOf(e.getMessage()));
      }
    }
    ImmutableList<Path> files = listed.build();
    if (files.isEmpty()) {
      return;
    }
    int channels = preparation.statistics().channels();
    int batch = Math.min(MOST_AT_A_TIME, preparation.batchSize());
    FailedImages failed = new FailedImages();
    try (FileImages images =
            FileImages.ofFiles(files, ImmutableList.of(), channels, preparation.orientation());
        BatchSource batches =
            BatchPipeline.builder()
                .labeled(ImageStream.inOrder(images, batch, preparation.view()))
                .statistics(preparation.statistics())
                .imageSize(preparation.imageSize())
                .failedImages(failed)
                .start()) {
      int next = 0;
      while (batches.hasNext()) {
        INDArray found = encoder.features(batches.next().requireLabeled());
        float[] values = found.dup('c').data().asFloat();
        int width = (int) found.size(1);
        for (int i = 0; i < found.size(0); i++, next++) {
          CorruptImageException failure = failed.reason(next);
          if (failure == null) {
            float[] row = new float[width];
            System.arraycopy(values, i * width, row, 0, width);
            receiver.encoded(files.get(next), row);
          } else {
            receiver.failed(files.get(next), String.valueOf(failure.getMessage()));
          }
        }
      }
    }
  }
}
