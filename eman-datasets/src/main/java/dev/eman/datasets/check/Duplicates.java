package dev.eman.datasets.check;

import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Finds images that are the same, and images that are nearly so. */
final class Duplicates {
  /** What is said where that is not complete. */
  static final String INCOMPLETE =
      "more images look alike than are compared; near duplicates are not all named";

  /** More images than this, which may be nearly the same as others, are not compared. */
  private static final int MOST_THUMBNAILS = 20_000;

  /** Of the contrast, that the difference of thumbnails may be at most. */
  private static final double DIFFERENCE = 0.1;

  private final Scan scan;

  /** Of the images that may be the same as others. */
  private final Map<Integer, String> wholeContents = new ConcurrentHashMap<>();

  private final Map<Integer, List<Integer>> same = new TreeMap<>();

  private final Map<Integer, List<Integer>> near = new TreeMap<>();
  private boolean complete = true;

  Duplicates(Scan scan) {
    this.scan = scan;
    findSame();
    findNear();
    findSameOfOtherScale();
  }

  /** For each image that is not the first of its kind all images with its pixels, ascending. */
  Map<Integer, List<Integer>> same() {
    return Collections.unmodifiableMap(same);
  }

  /** For each image the earlier ones that look nearly the same, without those that are the same. */
  Map<Integer, List<Integer>> near() {
    return Collections.unmodifiableMap(near);
  }

  /** Whether all images that look alike were compared. */
  boolean isComplete() {
    return complete;
  }

  private void findSame() {
    Map<Long, Integer> first = new HashMap<>();
    BitSet alike = new BitSet();
    for (int i = 0; i < scan.size(); i++) {
      if (scan.isSound(i)) {
        Integer other = first.putIfAbsent(scan.content(i), i);
        if (other != null) {
          alike.set(other);
          alike.set(i);
        }
      }
    }
    group(alike);
  }

  /** Finds which of these images, and of those before, have the same pixels. */
  private void group(BitSet alike) {
    scan.forEach(alike.stream(), i -> wholeContents.put(i, scan.wholeContent(i)));
    Map<String, List<Integer>> groups = new HashMap<>();
    new TreeMap<>(wholeContents)
        .forEach(
            (i, content) -> {
              List<Integer> group = groups.computeIfAbsent(content, c -> new ArrayList<>());
              if (!group.isEmpty()) {
                same.put(i, group);
              }
              group.add(i);
            });
  }

  /** A JPEG is decoded at reduced scale, a PNG of its pixels is not: they only look alike. */
  private void findSameOfOtherScale() {
    BitSet alike = new BitSet();
    near.forEach(
        (b, others) -> {
          for (int a : others) {
            if (scan.differInScale(a, b)) {
              alike.set(a);
              alike.set(b);
            }
          }
        });
    group(alike);
    near.keySet().removeAll(same.keySet());
  }

  private void findNear() {
    NearPairs.Found found = NearPairs.of(representatives(), scan.looks());
    ImmutableLongArray pairs = found.pairs();
    BitSet images = new BitSet();
    pairs.forEach(
        pair -> {
          images.set(NearPairs.first(pair));
          images.set(NearPairs.second(pair));
        });
    complete = found.complete() && images.cardinality() <= MOST_THUMBNAILS;
    Map<Integer, byte[]> thumbnails = new ConcurrentHashMap<>();
    scan.forEach(images.stream().limit(MOST_THUMBNAILS), i -> thumbnails.put(i, scan.thumbnail(i)));
    pairs.forEach(
        pair -> {
          int a = NearPairs.first(pair);
          int b = NearPairs.second(pair);
          byte[] one = thumbnails.get(a);
          byte[] other = thumbnails.get(b);
          if (one != null && other != null && isNear(one, other)) {
            near.computeIfAbsent(b, i -> new ArrayList<>()).add(a);
          }
        });
    near.values().forEach(Collections::sort);
  }

  /** Images whose pixels no earlier one has, which may stand for all that are the same. */
  private int[] representatives() {
    return IntStream.range(0, scan.size())
        .filter(i -> scan.isSound(i) && !same.containsKey(i))
        .toArray();
  }

  /** Whether thumbnails differ by little, as after scaling or compression. */
  private static boolean isNear(byte[] a, byte[] b) {
    if (a.length != b.length) {
      return false;
    }
    double mean = 0;
    for (byte value : a) {
      mean += value & 0xff;
    }
    mean /= a.length;
    double variance = 0;
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      double deviation = (a[i] & 0xff) - mean;
      double difference = (a[i] & 0xff) - (b[i] & 0xff);
      variance += deviation * deviation / a.length;
      squares += difference * difference / a.length;
    }
    return Math.sqrt(squares) <= 1 + DIFFERENCE * Math.sqrt(variance);
  }
}
