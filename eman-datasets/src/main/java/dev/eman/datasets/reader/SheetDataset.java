package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.ImageDecoder;
import dev.eman.datasets.reader.RecordDataset.Layout;
import dev.eman.datasets.reader.RecordDataset.Segment;
import dev.eman.datasets.reader.RecordDataset.Shape;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * A small data set inside of a jar: gray images side by side in one picture, from left to right and
 * then from the top down, and labels in IDX with gzip. Held in memory.
 */
public final class SheetDataset {
  private SheetDataset() {}

  /**
   * Opens images and their labels.
   *
   * @param anchor the resources lie beside this class
   * @param sheet the picture, whole images across and down
   * @param labels one for each image
   * @param name what to call the data set
   * @param classNames a label is a position in these
   * @param side width and height of each image in pixels
   */
  public static ImageDataset open(
      Class<?> anchor,
      String sheet,
      String labels,
      String name,
      ImmutableList<String> classNames,
      int side) {
    try (InputStream in = new GZIPInputStream(resource(anchor, labels))) {
      byte[] classes =
          IdxDataset.readLabels(in, Path.of(labels), classNames.size(), Integer.MAX_VALUE);
      byte[] pixels = cut(decode(anchor, sheet), side, classes.length);
      Shape shape = new Shape(side, side, 1);
      Segment all = new Segment(ByteBuffer.wrap(pixels), 0, shape.bytes(), classes.length);
      return new RecordDataset(
          name, classNames, shape, Layout.INTERLEAVED, ImmutableList.of(all), classes);
    } catch (IOException e) {
      throw new DatasetException(name + ": the jar is damaged: " + e, e);
    }
  }

  private static Image decode(Class<?> anchor, String sheet) throws IOException {
    try (InputStream in = resource(anchor, sheet)) {
      byte[] file = in.readAllBytes();
      Image image = new Image();
      ImageDecoder.local().decode(file, file.length, sheet, DecodePlan.WHOLE, image);
      return image;
    }
  }

  /** One value of each pixel, image by image. */
  private static byte[] cut(Image sheet, int side, int count) throws IOException {
    int across = sheet.width() / side;
    if (across * (sheet.height() / side) < count) {
      throw new IOException("expected a sheet of " + count + " images, found " + sheet);
    }
    byte[] pixels = new byte[count * side * side];
    byte[] from = sheet.pixels();
    int to = 0;
    for (int i = 0; i < count; i++) {
      for (int y = 0; y < side; y++) {
        int row = (i / across * side + y) * sheet.width() + i % across * side;
        for (int x = 0; x < side; x++) {
          pixels[to++] = from[(row + x) * sheet.channels()];
        }
      }
    }
    return pixels;
  }

  private static InputStream resource(Class<?> anchor, String name) throws IOException {
    InputStream in = anchor.getResourceAsStream(name);
    if (in == null) {
      throw new FileNotFoundException("no " + name + " beside " + anchor.getName());
    }
    return in;
  }
}
