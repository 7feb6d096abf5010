package dev.eman.datasets.split;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A data set of labels and names, or of files as well, without pixels. */
final class LabelsOnly implements ImageDataset {
  private final String name;
  private final int[] labels;
  private final ImmutableList<String> imageNames;
  private final ImmutableList<String> classNames;
  private final IntFunction<Optional<ByteSource>> files;

  private LabelsOnly(String name, int[] labels, ImmutableList<String> imageNames, int classes) {
    this(name, labels, imageNames, classes, i -> Optional.empty());
  }

  private LabelsOnly(
      String name,
      int[] labels,
      ImmutableList<String> imageNames,
      int classes,
      IntFunction<Optional<ByteSource>> files) {
    this.files = files;
    this.name = name;
    this.labels = labels;
    this.imageNames = imageNames;
    classNames =
        IntStream.range(0, classes)
            .mapToObj(c -> "class" + c)
            .collect(ImmutableList.toImmutableList());
  }

  /** The given numbers of images of each class, in mixed order. */
  static LabelsOnly ofCounts(String name, int... counts) {
    int[] labels =
        IntStream.range(0, counts.length)
            .flatMap(c -> IntStream.generate(() -> c).limit(counts[c]))
            .toArray();
    Random random = new Random(1);
    for (int i = labels.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = labels[i];
      labels[i] = labels[j];
      labels[j] = swapped;
    }
    return new LabelsOnly(name, labels, numbered(name, labels.length), counts.length);
  }

  /** Images with these labels, right or wrong. */
  static LabelsOnly ofLabels(int classes, int... labels) {
    return new LabelsOnly("odd", labels, numbered("odd", labels.length), classes);
  }

  /** Images without labels. */
  static LabelsOnly unlabeled(int size) {
    return unlabeled("none", size);
  }

  /** Images without labels. */
  static LabelsOnly unlabeled(String name, int size) {
    int[] labels = new int[size];
    Arrays.fill(labels, UNLABELED);
    return new LabelsOnly(name, labels, numbered(name, size), 1);
  }

  /** Images of one class, with the files that they are. */
  static LabelsOnly ofFiles(int size, IntFunction<ByteSource> files) {
    return new LabelsOnly(
        "photos", new int[size], numbered("photos", size), 1, i -> Optional.of(files.apply(i)));
  }

  private static ImmutableList<String> numbered(String name, int size) {
    return IntStream.range(0, size)
        .mapToObj(i -> name + "#" + i)
        .collect(ImmutableList.toImmutableList());
  }

  /** Images of one class, by name. */
  static LabelsOnly named(String... imageNames) {
    return new LabelsOnly(
        "photos", new int[imageNames.length], ImmutableList.copyOf(imageNames), 1);
  }

  /** How many of the positions are of each class. */
  int[] counts(Iterable<Integer> positions) {
    int[] counts = new int[classNames.size()];
    positions.forEach(i -> counts[labels[i]]++);
    return counts;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public ImmutableList<String> classNames() {
    return classNames;
  }

  @Override
  public int channels() {
    return 1;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public String imageName(int index) {
    return imageNames.get(index);
  }

  @Override
  public Optional<ByteSource> encoded(int index) {
    return files.apply(index);
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    throw new UnsupportedOperationException("a split reads no pixels");
  }

  @Override
  public String fingerprint() {
    String all = IntStream.of(labels).mapToObj(String::valueOf).collect(Collectors.joining(","));
    return Hashing.sha256().hashUnencodedChars(all + imageNames).toString().substring(0, 32);
  }
}
