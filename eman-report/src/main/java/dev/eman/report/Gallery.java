package dev.eman.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/** Thumbnails of the unlabelled images that are misclassified with the most confidence. */
final class Gallery {
  /** Longer side of a thumbnail, in pixels. */
  private static final int SIDE = 96;

  /** A larger PNG becomes a JPEG. */
  private static final int LARGE_BYTES = 4096;

  private static final float QUALITY = 0.85f;

  private Gallery() {}

  static void append(StringBuilder body, RunData run) {
    if (!run.errors().isArray() || run.errors().isEmpty()) {
      return;
    }
    body.append(
        "<h2>Most confident wrong predictions on unlabelled images</h2><div class=\"gallery\">");
    for (JsonNode error : run.errors()) {
      body.append("<div><img alt=\"training image ")
          .append(error.path("index").asInt())
          .append("\" ")
          .append(source(error.path("png").asText()))
          .append("/><br/>")
          .append(Html.escape(error.path("predicted").asText()))
          .append(
              String.format(Locale.ROOT, " (%.1f%%)", 100 * error.path("confidence").asDouble()))
          .append(", truly ")
          .append(Html.escape(error.path("truth").asText()))
          .append("</div>\n");
    }
    body.append("</div>\n");
  }

  /** Attributes of a small image; runs of early versions have whole photos. */
  static String source(String base64) {
    byte[] jpeg = base64.length() > LARGE_BYTES ? thumbnail(base64) : null;
    return jpeg == null
        ? "class=\"pixels\" src=\"data:image/png;base64," + Html.escape(base64) + "\""
        : "src=\"data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg) + "\"";
  }

  /** Null if the text is no image. */
  private static byte @Nullable [] thumbnail(String base64) {
    try {
      BufferedImage image =
          ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
      return image == null ? null : jpeg(scaled(image));
    } catch (IllegalArgumentException | IOException e) {
      return null;
    }
  }

  /** Halves until it is less than twice too large: a single bilinear step would alias. */
  private static BufferedImage scaled(BufferedImage image) {
    BufferedImage from = image;
    int longer = Math.max(image.getWidth(), image.getHeight());
    int side = longer;
    do {
      side = Math.min(longer, Math.max(SIDE, side / 2));
      int width = Math.max(1, image.getWidth() * side / longer);
      int height = Math.max(1, image.getHeight() * side / longer);
      BufferedImage to = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = to.createGraphics();
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      graphics.drawImage(from, 0, 0, width, height, null);
      graphics.dispose();
      from = to;
    } while (side > SIDE);
    return from;
  }

  private static byte[] jpeg(BufferedImage image) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam how = writer.getDefaultWriteParam();
      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      how.setCompressionQuality(QUALITY);
      writer.write(null, new IIOImage(image, null, null), how);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Cannot happen in memory.
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
