package dev.eman.datasets.pipeline;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.augment.Transforms;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Region;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Images that can be decoded, and that a view cannot be made of. */
@Timeout(120)
final class UnfitImagesTest {
  private static final Transform SMALL =
      Transform.sequence(Transforms.resizeShorter(224), Transforms.centerCrop(4));

  /** Gray images, of which the first one has the given size. */
  private record Gray(int width, int height, boolean planned) implements ImageDataset {
    @Override
    public String name() {
      return "gray";
    }

    @Override
    public int size() {
      return 5;
    }

    @Override
    public ImmutableList<String> classNames() {
      return ImmutableList.of("a");
    }

    @Override
    public int channels() {
      return 1;
    }

    @Override
    public int label(int index) {
      return 0;
    }

    @Override
    public String imageName(int index) {
      return index + ".png";
    }

    @Override
    public void read(int index, DecodePlan plan, Image into) {
      int across = index == 0 ? width : 5;
      int down = index == 0 ? height : 6;
      if (planned) {
        plan.plan(across, down, new Region());
      }
      into.reset(across, down, 1);
    }

    @Override
    public String fingerprint() {
      return "gray";
    }
  }

  private static BatchPipeline start(ImageDataset data, Transform view, CorruptImages policy) {
    return BatchPipeline.builder()
        .unlabeled(ImageStream.unlabeled(data, ImmutableIntArray.of(0, 1, 2, 3, 4), 5, view))
        .statistics(ChannelStatistics.gray(0.5, 0.25))
        .imageSize(4)
        .corruptImages(policy)
        .workers(1)
        .start();
  }

  @Test
  void next_longThinImage_refusedByNameAndSize() {
    for (boolean planned : new boolean[] {true, false}) {
      for (ImageDataset data :
          new ImageDataset[] {new Gray(1, 400, planned), new Gray(400, 1, planned)}) {
        try (BatchPipeline pipeline = start(data, SMALL, CorruptImages.FAIL)) {
          String message = assertThrows(CorruptImageException.class, pipeline::next).getMessage();
          assertTrue(
              message.startsWith(
                  "cannot prepare 0.png of gray: expected at most 16,777,216 pixels with the"
                      + " shorter side scaled to 224, found "),
              message);
        }
      }
    }
  }

  @Test
  void next_longThinImageSkipped_others() {
    try (BatchPipeline pipeline = start(new Gray(1, 400, false), SMALL, CorruptImages.SKIP)) {
      pipeline.next();
      for (int image : pipeline.unlabeledImages()) {
        assertTrue(image > 0);
      }
      assertTrue(pipeline.skippedImages() >= 1);
    }
  }

  @Test
  void next_failedImagesAreNoted_zerosInPlaceOfTheImageAndTheReason() {
    for (boolean planned : new boolean[] {true, false}) {
      FailedImages failed = new FailedImages();
      ImageDataset data = new Gray(1, 400, planned);
      try (BatchPipeline pipeline =
          BatchPipeline.builder()
              .labeled(ImageStream.inOrder(data, 2, SMALL))
              .statistics(ChannelStatistics.gray(0.5, 0.25))
              .imageSize(4)
              .failedImages(failed)
              .workers(1)
              .prefetch(1)
              .start()) {
        INDArray images = pipeline.next().requireLabeled();
        assertEquals(0, images.tensorAlongDimension(0, 1, 2, 3).amaxNumber().doubleValue());
        assertEquals(-2, images.getDouble(1, 0, 0, 0), "black, normalised");
        assertEquals(2, pipeline.next().requireLabeled().size(0), "it goes on");
      }
      String reason = requireNonNull(failed.reason(0)).getMessage();
      assertTrue(requireNonNull(reason).startsWith("cannot prepare 0.png of gray: "), reason);
      assertNull(failed.reason(1));
    }
  }

  @Test
  void next_longImageOfFewPixels_taken() {
    Transform view = Transform.sequence(Transforms.resizeShorter(4), Transforms.centerCrop(4));
    try (BatchPipeline pipeline = start(new Gray(1, 20_000, true), view, CorruptImages.FAIL)) {
      pipeline.next();
    }
  }

  @Test
  void next_faultOfATransform_namesTheImage() {
    Transform faulty =
        (image, random) -> {
          throw new IndexOutOfBoundsException("at 7");
        };
    try (BatchPipeline pipeline = start(new Gray(5, 5, true), faulty, CorruptImages.SKIP)) {
      String message = assertThrows(IllegalStateException.class, pipeline::next).getMessage();
      assertTrue(
          message.matches("cannot prepare \\d.png of gray: java.lang.IndexOut.*: at 7"), message);
    }
  }
}
