package dev.eman.datasets.check;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.eman.core.EmanException;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * All images of a data set, decoded once: their sizes, and what tells them from each other, in flat
 * arrays. Positions count through the parts, in their order.
 */
final class Scan {
  private static final ThreadLocal<Image> BUFFER = ThreadLocal.withInitial(Image::new);

  /** Enough for thumbnails of the quality that the whole image would give. */
  private static final DecodePlan SMALL =
      (width, height, region) ->
          region.set(0, 0, width, height).reduceFor(2 * Looks.SIDE, 2 * Looks.SIDE);

  private final List<Part> parts = new ArrayList<>();
  private final List<ImageDataset> data = new ArrayList<>();
  private final List<Integer> starts = new ArrayList<>();
  private final int threads;
  private final int size;
  private final int[] widths;
  private final int[] heights;
  private final boolean[] turned;
  private final byte[] reductions;
  private final long[] contents;
  private final Looks looks;
  private final int[] labels;
  private final List<String> labelNames = new ArrayList<>();
  private final Map<Integer, String> failures = new ConcurrentSkipListMap<>();
  private final Map<Integer, String> warnings = new ConcurrentSkipListMap<>();

  /** Decodes nothing yet. */
  Scan(Map<Part, ImageDataset> opened, int threads) {
    this.threads = threads;
    int count = 0;
    for (Map.Entry<Part, ImageDataset> part : opened.entrySet()) {
      parts.add(part.getKey());
      data.add(part.getValue());
      starts.add(count);
      count = Math.addExact(count, part.getValue().size());
    }
    size = count;
    widths = new int[size];
    heights = new int[size];
    turned = new boolean[size];
    reductions = new byte[size];
    contents = new long[size];
    looks = new Looks(size);
    labels = new int[size];
    nameLabels();
  }

  /** Labels are compared by name, whatever each part's own numbering is. */
  private void nameLabels() {
    Map<String, Integer> numbers = new HashMap<>();
    for (int p = 0; p < parts.size(); p++) {
      ImageDataset images = data.get(p);
      for (int i = 0; i < images.size(); i++) {
        int own = images.label(i);
        int label = ImageDataset.UNLABELED;
        if (own != ImageDataset.UNLABELED) {
          String name = images.classNames().get(own);
          label = numbers.computeIfAbsent(name, n -> numbers.size());
          if (label == labelNames.size()) {
            labelNames.add(name);
          }
        }
        labels[starts.get(p) + i] = label;
      }
    }
  }

  /** Decodes all images, those that cannot be decoded being noted. */
  void read(CheckListener listener) {
    AtomicInteger done = new AtomicInteger();
    forEach(
        IntStream.range(0, size),
        i -> {
          try {
            Image image = decode(i, SMALL);
            if (!image.warnings().isEmpty()) {
              warnings.put(i, String.join("; ", image.warnings()));
            }
            turned[i] = image.isTurned();
            reductions[i] = (byte) image.reduction();
            widths[i] = image.originalWidth();
            heights[i] = image.originalHeight();
            contents[i] = content(image);
            Looks.shrinkInPlace(image);
            looks.set(i, image);
          } catch (EmanException e) {
            failures.put(i, String.valueOf(e.getMessage()));
          }
          listener.decoded(done.incrementAndGet(), size);
        });
  }

  /** At once, as this function's hasher would collect a copy of all pixels. */
  private static long content(Image image) {
    HashCode pixels = Hashing.farmHashFingerprint64().hashBytes(image.pixels(), 0, image.length());
    return 31 * (31 * pixels.asLong() + image.originalWidth()) + image.originalHeight();
  }

  /** What two images have in common only if all of their pixels are equal. */
  String wholeContent(int i) {
    Image image = decode(i, DecodePlan.WHOLE);
    return Hashing.sha256()
        .newHasher()
        .putInt(image.originalWidth())
        .putInt(image.originalHeight())
        .putBytes(image.pixels(), 0, image.length())
        .hash()
        .toString();
  }

  /** The pixels of the thumbnail, {@code [32, 32, C]}. */
  byte[] thumbnail(int i) {
    Image image = decode(i, SMALL);
    Looks.shrinkInPlace(image);
    return image.toByteArray();
  }

  private Image decode(int i, DecodePlan plan) {
    int part = partIndex(i);
    Image image = BUFFER.get();
    data.get(part).read(i - starts.get(part), plan, image);
    return image;
  }

  /** Runs an action for each position, on several threads. */
  void forEach(IntStream positions, IntConsumer action) {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      Uninterruptibles.getUninterruptibly(pool.submit(() -> positions.parallel().forEach(action)));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new DatasetException("cannot check the images: " + e.getCause(), e);
    } finally {
      pool.shutdownNow();
    }
  }

  private int partIndex(int i) {
    int part = parts.size() - 1;
    while (starts.get(part) > i) {
      part--;
    }
    return part;
  }

  int size() {
    return size;
  }

  Part part(int i) {
    return parts.get(partIndex(i));
  }

  /** The image's name, with its part's. */
  String name(int i) {
    int part = partIndex(i);
    return data.get(part).imageName(i - starts.get(part));
  }

  /** The class's name; empty if it is not known. */
  String label(int i) {
    return labels[i] < 0 ? "" : labelNames.get(labels[i]);
  }

  /** Whether both have a label, and not the same. */
  boolean differ(int a, int b) {
    return labels[a] >= 0 && labels[b] >= 0 && labels[a] != labels[b];
  }

  boolean isSound(int i) {
    return widths[i] > 0;
  }

  /** Why images cannot be decoded, by position. */
  Map<Integer, String> failures() {
    return failures;
  }

  /** What is irregular in images that are decoded all the same, by position. */
  Map<Integer, String> warnings() {
    return warnings;
  }

  /** Whether the image is turned in decoding. */
  boolean isTurned(int i) {
    return turned[i];
  }

  int width(int i) {
    return widths[i];
  }

  int height(int i) {
    return heights[i];
  }

  /** Equal for equal images that were decoded at the same scale. */
  long content(int i) {
    return contents[i];
  }

  /** Whether two images of one size may be equal although their {@link #content} is not. */
  boolean differInScale(int a, int b) {
    return widths[a] == widths[b] && heights[a] == heights[b] && reductions[a] != reductions[b];
  }

  /** What the images look like. */
  Looks looks() {
    return looks;
  }
}
