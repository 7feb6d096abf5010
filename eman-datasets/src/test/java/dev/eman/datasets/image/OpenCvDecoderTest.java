package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class OpenCvDecoderTest {
  /** Whoever else refers to the pixels keeps their memory until Java's garbage is collected. */
  @Test
  void decode_imageAfterImage_aloneHasTheirPixels() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB), "png", png);
    byte[] file = png.toByteArray();
    OpenCvDecoder decoder = new OpenCvDecoder();
    Image image = new Image();
    for (int i = 0; i < 3; i++) {
      decoder.decode(file, file.length, 1, image);
      assertEquals(9, image.width());
      assertEquals(1, decoder.references());
    }
  }
}
