package dev.eman.datasets.split;

import com.google.common.base.Throwables;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Images whose files have the same bytes. A file is read only where another has its size: first its
 * end, and all of it only where that is the same as well.
 */
final class Copies {
  /**
   * Of more files that have the size of another, none is read: that would take long, at each
   * opening of the data. A number, and not a time, so that what is drawn follows from the data.
   */
  private static final int MOST = 100_000;

  private static final int END = 4096;

  /** More than a machine has cores, since a network's or a disk's answers are waited for. */
  private static final int THREADS = 8;

  /** What files have in common that may be copies. */
  private record Key(long size, HashCode hash) {}

  private final ImageDataset data;
  private final Consumer<String> log;
  private final Map<Integer, ImmutableIntArray> groups = new HashMap<>();

  private Copies(ImageDataset data, Consumer<String> log) {
    this.data = data;
    this.log = log;
  }

  /**
   * Finds them; none where images are no files, or too many would have to be read.
   *
   * @param log takes a line where copies are not looked for, or a file cannot be read; called by
   *     several threads
   * @throws DatasetException if the thread is interrupted
   */
  static Copies in(ImageDataset data, Consumer<String> log) {
    Copies copies = new Copies(data, log);
    int[] sameSize = copies.ofSharedSizes();
    if (sameSize.length > MOST) {
      log.accept(
          String.format(
              Locale.ROOT,
              "%s: copies of files are not looked for, because %d files have the size of another,"
                  + " more than %d; held-out images may have copies among those trained on: `eman"
                  + " data check` finds them",
              data.name(),
              sameSize.length,
              MOST));
    } else if (sameSize.length > 0) {
      copies.find(sameSize);
    }
    return copies;
  }

  boolean isEmpty() {
    return groups.isEmpty();
  }

  /** The positions of an image and of all its copies, ascending. */
  ImmutableIntArray of(int image) {
    ImmutableIntArray group = groups.get(image);
    return group == null ? ImmutableIntArray.of(image) : group;
  }

  /** The positions of files that are of the same size as another, ascending. */
  private int[] ofSharedSizes() {
    long[] bySize = new long[data.size()]; // The size, then the position.
    int files = 0;
    for (int i = 0; i < bySize.length; i++) {
      long size = data.encoded(i).map(Copies::size).orElse(-1L);
      if (size >= 0 && size <= Integer.MAX_VALUE) {
        bySize[files++] = size << 32 | i;
      }
    }
    long[] sorted = Arrays.copyOf(bySize, files);
    Arrays.sort(sorted);
    return IntStream.range(0, files)
        .filter(k -> isOfOneSize(sorted, k - 1) || isOfOneSize(sorted, k))
        .map(k -> (int) sorted[k])
        .sorted()
        .toArray();
  }

  /** Whether a file is as large as the next one. */
  private static boolean isOfOneSize(long[] bySize, int k) {
    return k >= 0 && k + 1 < bySize.length && bySize[k] >>> 32 == bySize[k + 1] >>> 32;
  }

  private void find(int[] sameSize) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      int[] sameEnd =
          alike(sameSize, false, threads).stream()
              .flatMapToInt(ImmutableIntArray::stream)
              .sorted()
              .toArray();
      for (ImmutableIntArray group : alike(sameEnd, true, threads)) {
        group.forEach(image -> groups.put(image, group));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Those of some images that are like others, together with these, in their order. */
  private List<ImmutableIntArray> alike(int[] images, boolean whole, ExecutorService threads) {
    List<Callable<Optional<Key>>> reads = new ArrayList<>();
    for (int image : images) {
      reads.add(() -> key(image, whole));
    }
    Map<Key, ImmutableIntArray.Builder> alike = new LinkedHashMap<>();
    try {
      List<Future<Optional<Key>>> keys = threads.invokeAll(reads);
      for (int k = 0; k < images.length; k++) {
        int image = images[k];
        keys.get(k)
            .get()
            .ifPresent(
                key -> alike.computeIfAbsent(key, of -> ImmutableIntArray.builder()).add(image));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatasetException("interrupted while looking for copies of files", e);
    } catch (ExecutionException e) {
      if (e.getCause() != null) {
        Throwables.throwIfUnchecked(e.getCause());
      }
      throw new DatasetException(data.name() + ": cannot look for copies: " + e.getCause(), e);
    }
    return alike.values().stream()
        .map(ImmutableIntArray.Builder::build)
        .filter(group -> group.length() > 1)
        .toList();
  }

  /** Empty if the file cannot be read. */
  private Optional<Key> key(int image, boolean whole) {
    ByteSource file = data.encoded(image).orElseThrow();
    long size = size(file);
    ByteSource part = whole ? file : file.slice(Math.max(0, size - END), END);
    try {
      return Optional.of(new Key(size, Hashing.sha256().hashBytes(part.read())));
    } catch (IOException e) {
      log.accept(
          Printable.escape(data.imageName(image))
              + " cannot be read, so it is held out, or not, without its copies: "
              + IoFailures.reason(e));
      return Optional.empty();
    }
  }

  private static long size(ByteSource file) {
    return file.sizeIfKnown().or(-1L);
  }
}
