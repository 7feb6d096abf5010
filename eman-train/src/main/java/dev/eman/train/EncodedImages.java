package dev.eman.train;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.pipeline.ImagePreparer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Makes batches of encoded images, such as the content of files, in the calling thread: decoded,
 * resized and normalised like the files of {@link TrainedClassifier#classify(java.nio.file.Path)}.
 * One thread at a time.
 */
public final class EncodedImages {
  private final Encoded image;
  private final ImagePreparer preparer;
  private final int batchSize;
  private int count;

  /**
   * An empty batch.
   *
   * @param preparation of a checkpoint: {@link RunCheckpoint#preparation}
   * @param batchSize the most images it takes
   */
  public EncodedImages(ImagePreparation preparation, int batchSize) {
    this.batchSize = batchSize;
    this.image = new Encoded(preparation);
    this.preparer =
        new ImagePreparer(
            image,
            preparation.view(),
            preparation.statistics(),
            preparation.imageSize(),
            batchSize);
  }

  /**
   * Adds an image.
   *
   * @param content of a file, in any format that is read
   * @param name for messages
   * @throws dev.eman.datasets.image.CorruptImageException if it cannot be decoded; it is not added
   */
  public void add(byte[] content, String name) {
    checkState(count < batchSize, "batch: expected at most %s images", batchSize);
    image.content = content;
    image.name = name;
    try {
      preparer.prepare(count);
    } finally {
      image.content = new byte[0];
    }
    count++;
  }

  /** How many images there are. */
  public int count() {
    return count;
  }

  /**
   * The images, which leaves none.
   *
   * @return float32 {@code [N, C, H, W]}, N at least 1; valid until the next is added
   */
  public INDArray take() {
    checkState(count > 0, "batch: expected images, there are none");
    INDArray batch = preparer.batch(count);
    count = 0;
    return batch;
  }

  /** One image at a time. */
  private static final class Encoded implements ImageDataset {
    private final ImagePreparation preparation;
    private byte[] content = new byte[0];
    private String name = "";

    Encoded(ImagePreparation preparation) {
      this.preparation = preparation;
    }

    @Override
    public void read(int index, DecodePlan plan, Image into) {
      FileImages.decode(content, name, preparation.orientation(), channels(), plan, into);
    }

    @Override
    public String name() {
      return "images";
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public ImmutableList<String> classNames() {
      return ImmutableList.of();
    }

    @Override
    public int channels() {
      return preparation.statistics().channels();
    }

    @Override
    public int label(int index) {
      return UNLABELED;
    }

    @Override
    public String imageName(int index) {
      return name;
    }

    @Override
    public String fingerprint() {
      return "images";
    }
  }
}
