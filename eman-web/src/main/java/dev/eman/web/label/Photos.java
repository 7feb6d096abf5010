package dev.eman.web.label;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.nn.ArrayMemory;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.image.Resampling;
import dev.eman.datasets.reader.ImageFolder;
import dev.eman.datasets.table.TablePart;
import dev.eman.train.FileImages;
import dev.eman.train.encoder.PixelDescriptors;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The images of a folder that can be decoded. Those to be shown are decoded in one thread: a large
 * one takes much memory, and a page asks for several at once.
 */
final class Photos implements AutoCloseable {
  private static final int CHANNELS = 3;

  /** The longest side of an image in the page. */
  private static final int SHOWN = 900;

  private final Path folder;
  private final ImmutableList<Path> files;
  private final FileImages images;
  private final INDArray descriptors;
  private final ExecutorService decoder =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "eman-label-photos");
            thread.setDaemon(true);
            return thread;
          });

  private Photos(Path folder, ImmutableList<Path> files, INDArray descriptors) {
    this.folder = folder;
    this.files = files;
    this.images = open(files);
    this.descriptors = descriptors;
  }

  private static FileImages open(List<Path> files) {
    return FileImages.of(files, ImmutableList.of(), CHANNELS, Orientation.EXIF);
  }

  /**
   * Decodes all images of a folder and those below it.
   *
   * @param own files of the page that may lie among them, on which there are no lines
   * @param notes takes lines on what was passed over, and on folders called like a test set
   * @throws EmanException if there are no images, or no memory for so many
   */
  static Photos read(Path folder, Set<Path> own, Consumer<String> notes) {
    checkFolder(folder);
    ImmutableList<Path> all = ImageFolder.list(folder, own, notes);
    noteTests(folder, all, notes);
    ArrayMemory.requireRoom(
        PixelDescriptors.bytes(all.size(), CHANNELS),
        String.format(Locale.ROOT, "descriptors of %,d images", all.size()),
        "label the images of one subfolder");
    ImmutableList.Builder<Path> readable = ImmutableList.builder();
    PixelDescriptors descriptors = new PixelDescriptors();
    int count = 0;
    try (FileImages images = open(all)) {
      for (int i = 0; i < all.size(); i++) {
        try {
          descriptors.add(images.image(i));
          readable.add(all.get(i));
          count++;
        } catch (CorruptImageException e) {
          notes.accept("passed over: " + e.getMessage());
        }
      }
    }
    if (count == 0) {
      throw new EmanException(
          "expected images (" + ImageFolder.EXTENSIONS + ") in " + folder + ", found none");
    }
    return new Photos(folder, readable.build(), descriptors.features());
  }

  /** Elsewhere, images of a folder called like a test set would not be trained on. */
  private static void noteTests(Path folder, List<Path> images, Consumer<String> notes) {
    images.stream()
        .map(folder::relativize)
        .filter(image -> image.getNameCount() > 1)
        .map(image -> image.getName(0).toString())
        .distinct()
        .filter(Photos::isTest)
        .forEach(
            name ->
                notes.accept(
                    folder.resolve(name)
                        + ": its images are among those to label and to train on; if they are to"
                        + " test with, move them elsewhere first"));
  }

  private static boolean isTest(String name) {
    return TablePart.named(name)
        .filter(part -> part == TablePart.TEST || part == TablePart.VALIDATION)
        .isPresent();
  }

  /**
   * Checks that there is a folder.
   *
   * @throws EmanException if there is none
   */
  static void checkFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new EmanException("expected a folder of images at " + folder + ", found none");
    }
  }

  int size() {
    return files.size();
  }

  List<Path> files() {
    return files;
  }

  /** An image's name in a table. */
  String name(int image, Path table) {
    return LabelTable.name(files.get(image), table);
  }

  /** The path of an image below the folder. */
  String shortName(int image) {
    return folder.relativize(files.get(image)).toString();
  }

  /** What tells images apart where there is no network, {@code [N, D]}, float32. */
  INDArray descriptors() {
    return descriptors;
  }

  /**
   * An image as a PNG or, if it is large, a JPEG that every browser shows.
   *
   * @throws CorruptImageException if it can no longer be decoded
   */
  byte[] encoded(int index) {
    try {
      return decoder.submit(() -> encode(index)).get();
    } catch (ExecutionException e) {
      if (e.getCause() != null) {
        Throwables.throwIfUnchecked(e.getCause());
      }
      throw new EmanException("cannot decode " + files.get(index) + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmanException("interrupted while decoding " + files.get(index), e);
    }
  }

  private byte[] encode(int index) {
    Image image = new Image();
    images.read(
        index,
        (width, height, region) ->
            region
                .set(0, 0, width, height)
                .reduceFor(shown(width, width, height), shown(height, width, height)),
        image);
    int width = shown(image.originalWidth(), image.originalWidth(), image.originalHeight());
    int height = shown(image.originalHeight(), image.originalWidth(), image.originalHeight());
    if (width != image.width() || height != image.height()) {
      Resampling.resizeInPlace(image, width, height);
    }
    BufferedImage drawn =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    byte[] from = image.pixels();
    int[] to = ((DataBufferInt) drawn.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < to.length; i++) {
      to[i] = (from[3 * i] & 0xff) << 16 | (from[3 * i + 1] & 0xff) << 8 | (from[3 * i + 2] & 0xff);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(drawn, image.width() * image.height() > 128 * 128 ? "jpeg" : "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Cannot happen in memory.
    }
    return bytes.toByteArray();
  }

  /** What becomes of a side in the page. */
  private static int shown(int side, int width, int height) {
    double scale = Math.min(1, (double) SHOWN / Math.max(width, height));
    return (int) Math.max(1, Math.rint(scale * side));
  }

  /** Ends the thread. */
  @Override
  public void close() {
    decoder.shutdownNow();
  }
}
