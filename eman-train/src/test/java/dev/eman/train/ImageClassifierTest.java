package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.ImageClassifier.Prediction;
import dev.eman.train.options.ViewOptions;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class ImageClassifierTest {
  private static final int SIZE = 8;

  /** Answers by an image's colour, and keeps what it was given. */
  private static final class Colours extends ImageClassifier {
    private final List<INDArray> seen = new ArrayList<>();

    Colours() {
      super(
          new ImagePreparation(
              ChannelStatistics.IMAGENET,
              SIZE,
              ViewOptions.TEST.parse("imagenet-val").create(SIZE),
              Orientation.EXIF),
          ImmutableList.of("red", "green", "blue"));
    }

    @Override
    public INDArray logits(INDArray images) {
      seen.add(images);
      return images.mean(2, 3);
    }
  }

  @TempDir private Path folder;
  private final Colours classifier = new Colours();
  private final List<Path> files = new ArrayList<>();

  @BeforeEach
  void makeImages() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 3; i++) {
      BufferedImage image = new BufferedImage(20 + i, 30, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 600; p++) {
        image.setRGB(p % 20, p / 20, random.nextInt(1 << 24));
      }
      files.add(folder.resolve(i + ".png"));
      ImageIO.write(image, "png", files.get(i).toFile());
    }
  }

  @Test
  void classify_fileAfterFile_asAllTogetherInMemoryThatIsUsedAgain() {
    ImmutableList<ImmutableList<Prediction>> expected =
        classifier.classify(classifier.images(files));
    classifier.seen.clear();
    for (int i = 0; i < files.size(); i++) {
      assertEquals(expected.get(i), classifier.classify(files.get(i)));
      assertSame(classifier.seen.get(0), classifier.seen.get(i));
    }
  }

  @Test
  void classify_fewImages_takesMemoryForThese() {
    classifier.classify(classifier.images(files));
    INDArray images = classifier.seen.get(0);
    assertEquals(3L * 3 * SIZE * SIZE, images.data().length());
  }

  @Test
  void classify_fileThatIsNoImage_saysWhyAndGoesOn() throws IOException {
    ImmutableList<Prediction> expected = classifier.classify(files.get(0));
    Path text = Files.writeString(folder.resolve("text.png"), "text");
    CorruptImageException corrupt =
        assertThrows(CorruptImageException.class, () -> classifier.classify(text));
    assertTrue(corrupt.getMessage().contains(text.toString()), corrupt.getMessage());
    Path none = folder.resolve("none.png");
    EmanException missing = assertThrows(EmanException.class, () -> classifier.classify(none));
    assertEquals("expected an image at " + none + ", found nothing", missing.getMessage());
    assertEquals(expected, classifier.classify(files.get(0)));
  }

  @Test
  void classify_folder_itsFirstImage() {
    assertEquals(classifier.classify(files.get(0)), classifier.classify(folder));
  }
}
