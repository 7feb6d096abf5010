package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.GrayDataset;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.augment.Transforms;
import dev.eman.datasets.augment.ViewRandom;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Orientation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileImagesTest {
  @TempDir private Path folder;

  private FileImages open(int channels) {
    return FileImages.of(List.of(folder), ImmutableList.of("a"), channels, Orientation.EXIF);
  }

  private static Image view(ImageDataset images, Transform transform) {
    Image image = new Image();
    ViewRandom random = new ViewRandom();
    images.read(0, (width, height, region) -> transform.plan(width, height, random, region), image);
    assertTrue(image.reduction() > 1);
    transform.apply(image, random);
    return image;
  }

  /** As {@code predict} sees it, and as {@code evaluate} does. */
  @Test
  void read_grayAtReducedScale_givesTheViewOfAGrayDataset() throws IOException {
    BufferedImage photo = new BufferedImage(329, 200, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 329 * 200; i++) {
      photo.setRGB(i % 329, i / 329, 0x30205 * (i % 329 % 80));
    }
    ImageIO.write(photo, "jpg", folder.resolve("photo.jpg").toFile());
    Transform resize = Transforms.resizeShorter(24);
    Image expected = view(new GrayDataset(open(3)), resize);
    Image found = view(open(1), resize);
    assertEquals(39, expected.width());
    assertEquals(39, found.width());
    assertArrayEquals(expected.toByteArray(), found.toByteArray());
  }
}
