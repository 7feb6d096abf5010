package dev.eman.datasets.split;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.Ints;
import dev.eman.datasets.ImageDataset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Images whose files have the same bytes. A file is read only where another has its size: first its
 * end, and all of it only where that is the same as well.
 */
final class Copies {
  private static final int END = 4096;

  private final ImageDataset data;
  private final Map<Integer, ImmutableIntArray> groups = new HashMap<>();

  private Copies(ImageDataset data) {
    this.data = data;
  }

  /** Finds them; none where images are no files. */
  static Copies in(ImageDataset data) {
    Copies copies = new Copies(data);
    copies.find();
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

  private void find() {
    long[] bySize = new long[data.size()]; // The size, then the position.
    int files = 0;
    for (int i = 0; i < bySize.length; i++) {
      long size = data.encoded(i).map(file -> file.sizeIfKnown().or(-1L)).orElse(-1L);
      if (size >= 0 && size <= Integer.MAX_VALUE) {
        bySize[files++] = size << 32 | i;
      }
    }
    Arrays.sort(bySize, 0, files);
    int start = 0;
    for (int end = 1; end <= files; end++) {
      if (end == files || bySize[end] >>> 32 != bySize[start] >>> 32) {
        compare(Arrays.stream(bySize, start, end).mapToInt(key -> (int) key).toArray());
        start = end;
      }
    }
  }

  private void compare(int[] sameSize) {
    for (List<Integer> sameEnd : alike(Ints.asList(sameSize), false)) {
      for (List<Integer> same : alike(sameEnd, true)) {
        ImmutableIntArray group = ImmutableIntArray.copyOf(same);
        same.forEach(image -> groups.put(image, group));
      }
    }
  }

  /** Those of some images that are like others, together with these. */
  private Collection<List<Integer>> alike(List<Integer> images, boolean whole) {
    Map<HashCode, List<Integer>> alike = new LinkedHashMap<>();
    for (int image : images.size() > 1 ? images : List.<Integer>of()) {
      ByteSource file = data.encoded(image).orElseThrow();
      try {
        byte[] bytes = (whole ? file : end(file)).read();
        HashCode hash = Hashing.sha256().hashBytes(bytes);
        alike.computeIfAbsent(hash, h -> new ArrayList<>()).add(image);
      } catch (IOException e) {
        // Not a copy of what can be read. Decoding it will say what is wrong.
      }
    }
    alike.values().removeIf(group -> group.size() < 2);
    return alike.values();
  }

  private static ByteSource end(ByteSource file) {
    return file.slice(Math.max(0, file.sizeIfKnown().or(0L) - END), END);
  }
}
