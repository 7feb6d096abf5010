package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.encoder.OnnxEncoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileFeaturesTest {
  @TempDir private Path folder;

  /** Numbers of images that an encoder is given at a time. */
  private List<Long> batches(int size) {
    List<Long> batches = new ArrayList<>();
    List<Path> encoded = new ArrayList<>();
    FileFeatures.of(
        List.of(folder),
        images -> {
          batches.add(images.size(0));
          return images.mean(2, 3);
        },
        new ImagePreparation(
            OnnxEncoder.statistics(3),
            size,
            AugmentationPreset.named("imagenet-val").create(size),
            Orientation.EXIF),
        new FileFeatures.Receiver() {
          @Override
          public void encoded(Path image, float[] features) {
            assertEquals(3, features.length);
            encoded.add(image);
          }

          @Override
          public void failed(Path path, String reason) {
            throw new AssertionError(reason);
          }
        });
    assertEquals(batches.stream().mapToLong(n -> n).sum(), encoded.size());
    return batches;
  }

  /** As many as in any other evaluation: the memory of a batch does not grow with its images. */
  @ParameterizedTest
  @CsvSource({"16, 66, 64, 2", "800, 3, 2, 1", "1024, 2, 1, 1"})
  void of_largerImages_areFewerAtATime(int size, int images, long first, long second)
      throws IOException {
    Photos.some(folder, 1, images);
    assertEquals(List.of(first, second), batches(size));
  }
}
