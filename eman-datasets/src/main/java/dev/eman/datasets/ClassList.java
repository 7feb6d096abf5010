package dev.eman.datasets;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.internal.UnicodeForms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The classes that labels are positions in. Another data set gets the same labels for the same
 * classes by {@link #label}, whatever its own numbering is: classes are matched by name.
 */
public final class ClassList {
  /** This many names are listed in a message. */
  private static final int LISTED = 20;

  private final ImmutableList<String> names;
  private final String source;
  private final ImmutableMap<String, Integer> labels;

  private ClassList(ImmutableList<String> names, String source) {
    this.names = names;
    this.source = source;
    ImmutableMap.Builder<String, Integer> positions = ImmutableMap.builder();
    for (int i = 0; i < names.size(); i++) {
      positions.put(names.get(i), i);
    }
    labels = positions.buildOrThrow();
  }

  /**
   * A list of names.
   *
   * @param names in the order of the labels, each once
   * @param source where they come from, for messages: {@code photos/train}
   * @throws DatasetException if a name is there twice, or has control characters
   */
  public static ClassList of(List<String> names, String source) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new DatasetException(
            source
                + ": expected each class once, found "
                + Printable.escape(name)
                + " twice; rename one of the two");
      }
    }
    return new ClassList(ClassNames.check(ImmutableList.copyOf(names), source), source);
  }

  /**
   * Reads a text file in UTF-8 with one name a line.
   *
   * @throws DatasetException if it is missing, or has an empty line or a name twice
   */
  public static ClassList read(Path file) {
    List<String> names = new ArrayList<>();
    Map<String, Integer> lines = new HashMap<>();
    for (String line : lines(file)) {
      String name = line.strip();
      int number = names.size() + 1;
      if (name.isEmpty()) {
        throw new DatasetException(
            file + ", line " + number + ": expected a class, found an empty line; remove it");
      }
      Integer former = lines.putIfAbsent(name, number);
      if (former != null) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s, line %d: expected each class once, found %s, which is on line %d too",
                file,
                number,
                Printable.escape(name),
                former));
      }
      names.add(name);
    }
    return of(names, file.toString());
  }

  private static List<String> lines(Path file) {
    try {
      List<String> lines = new ArrayList<>(Files.readAllLines(file, StandardCharsets.UTF_8));
      if (!lines.isEmpty() && lines.get(0).startsWith("\ufeff")) {
        lines.set(0, lines.get(0).substring(1)); // A byte order mark.
      }
      return lines;
    } catch (IOException e) {
      throw new DatasetException(
          "cannot read the list of classes " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /** The classes of a data set. */
  public static ClassList of(ImageDataset data) {
    return of(data.classNames(), data.name());
  }

  /** The names; a label is a position in this list. */
  public ImmutableList<String> names() {
    return names;
  }

  /** Where the names come from, for messages. */
  public String source() {
    return source;
  }

  /**
   * The images with this list's labels and {@link ImageDataset#classNames}. Images without labels
   * stay so.
   *
   * @return {@code data} itself if it has these classes in this order; else a view, whose {@code
   *     close} closes it
   * @throws DatasetException if an image is of a class that the list lacks; names all such classes
   */
  public ImageDataset label(ImageDataset data) {
    return data.classNames().equals(names) ? data : new Relabeled(data, names, positions(data));
  }

  /** For each of the data set's own labels the label here; -1 if no image has it. */
  private ImmutableIntArray positions(ImageDataset data) {
    BitSet used = used(data);
    List<String> own = data.classNames();
    int[] positions = new int[own.size()];
    List<String> unknown = new ArrayList<>();
    for (int c = 0; c < positions.length; c++) {
      Integer position = labels.get(own.get(c));
      positions[c] = position == null ? ImageDataset.UNLABELED : position;
      if (position == null && used.get(c)) {
        unknown.add(own.get(c));
      }
    }
    if (!unknown.isEmpty()) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected only classes of %s (%s), found %s; %s",
              data.name(),
              source,
              list(names),
              list(unknown),
              advice(unknown)));
    }
    return ImmutableIntArray.copyOf(positions);
  }

  private String advice(List<String> unknown) {
    for (String other : unknown) {
      if (names.stream().anyMatch(name -> UnicodeForms.differ(name, other))) {
        return Printable.escape(other) + ": " + UnicodeForms.ADVICE;
      }
    }
    return "rename or remove what is of another class, or use a list of classes that has it";
  }

  /**
   * The classes of this list that no image is of.
   *
   * @param data labelled by this list, as {@link #label} returns it
   */
  public ImmutableList<String> missing(ImageDataset data) {
    checkArgument(data.classNames().equals(names), "data: expected the classes of this list");
    BitSet used = used(data);
    return Stream.iterate(
            used.nextClearBit(0), c -> c < names.size(), c -> used.nextClearBit(c + 1))
        .map(names::get)
        .collect(ImmutableList.toImmutableList());
  }

  /** Names for a message: all, or the first ones of many and the number of the others. */
  public static String list(List<String> names) {
    String first =
        names.stream().limit(LISTED).map(Printable::escape).collect(Collectors.joining(", "));
    return names.size() <= LISTED ? first : first + " and " + (names.size() - LISTED) + " more";
  }

  /** The labels that images have. */
  private static BitSet used(ImageDataset data) {
    BitSet used = new BitSet();
    for (int i = 0; i < data.size(); i++) {
      if (data.label(i) != ImageDataset.UNLABELED) {
        used.set(data.requireLabel(i));
      }
    }
    return used;
  }

  @Override
  public String toString() {
    return source + ": " + list(names);
  }

  /** A data set under another numbering of its classes. */
  private record Relabeled(
      ImageDataset data, ImmutableList<String> classNames, ImmutableIntArray positions)
      implements ImageDataset {
    @Override
    public String name() {
      return data.name();
    }

    @Override
    public int size() {
      return data.size();
    }

    @Override
    public int channels() {
      return data.channels();
    }

    @Override
    public int label(int index) {
      int own = data.label(index);
      return own == UNLABELED ? UNLABELED : positions.get(own);
    }

    @Override
    public String imageName(int index) {
      return data.imageName(index);
    }

    @Override
    public void read(int index, DecodePlan plan, Image into) {
      data.read(index, plan, into);
    }

    @Override
    public Optional<ByteSource> encoded(int index) {
      return data.encoded(index);
    }

    /** Covers the images and the list of classes. */
    @Override
    public String fingerprint() {
      return Hashing.sha256()
          .hashString(
              data.fingerprint() + "\n" + String.join("\n", classNames), StandardCharsets.UTF_8)
          .toString();
    }

    @Override
    public ImmutableList<String> notes() {
      return data.notes();
    }

    @Override
    public void close() {
      data.close();
    }
  }
}
