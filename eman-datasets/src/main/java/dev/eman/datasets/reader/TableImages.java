package dev.eman.datasets.reader;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.Part;
import dev.eman.datasets.table.ClassCounts;
import dev.eman.datasets.table.ImageTable;
import dev.eman.datasets.table.LabelOrder;
import dev.eman.datasets.table.TableRow;
import dev.eman.datasets.table.TableUse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The images that a table names, as the parts of a data set. Rows of the part train, or of a table
 * without parts, are {@link Part#TRAIN} if they have a label and {@link Part#UNLABELED} if not.
 * Labelled rows of the part test are {@link Part#TEST}; where there are none, those of validation
 * are.
 *
 * <p>A part's classes are the labels of its rows: by number where all are numbers, else by Unicode
 * code point. Images are in the order of {@link ImageFolder}, whatever the rows' order is, and so
 * the fingerprint covers classes, names and sizes alone.
 */
public final class TableImages {
  private final ImageTable table;
  private final Path root;
  private final ImmutableMap<Part, ImageIndex> parts;
  private final ImageIndex unused;

  private TableImages(
      ImageTable table, Path root, ImmutableMap<Part, ImageIndex> parts, ImageIndex unused) {
    this.table = table;
    this.root = root;
    this.parts = parts;
    this.unused = unused;
  }

  /**
   * Reads a table and finds its images.
   *
   * @param root that relative paths are below
   * @throws DatasetException if rows are not as the header has it, images are missing, or one has
   *     two labels or parts; names the first row and counts the others
   */
  public static TableImages read(ImageTable table, Path root) {
    TableIndex rows = new TableIndex(table, root);
    Map<TableUse, Integer> counts = new EnumMap<>(TableUse.class);
    for (int i = 0; i < rows.size(); i++) {
      if (!rows.isRepeated(i)) {
        counts.merge(rows.use(i), 1, Integer::sum);
      }
    }
    Map<Part, ImageIndex> parts = new EnumMap<>(Part.class);
    Map<Part, TableUse> uses = uses(counts.keySet());
    uses.forEach((part, use) -> parts.put(part, index(rows, use)));
    ImmutableList<String> notes = notes(rows, counts, uses, parts);
    parts.entrySet().stream() // Once is enough: with the training images, if there are any.
        .findFirst()
        .ifPresent(first -> first.setValue(first.getValue().withNotes(notes)));
    ImageIndexBuilder unused = new ImageIndexBuilder();
    for (int i = 0; i < rows.size(); i++) {
      if (!uses.containsValue(rows.use(i)) && !rows.isRepeated(i)) {
        unused.add(0, rows.fileName(i), rows.bytes(i), 0);
      }
    }
    return new TableImages(
        table,
        root,
        Maps.immutableEnumMap(parts),
        unused.build(ImmutableList.of(""), false, false));
  }

  /**
   * The files that rows mean, by what the rows call them; without those that training would refuse,
   * as there is no such file, or several.
   *
   * @param images as rows of a table name them
   * @param root that relative paths are below
   */
  public static ImmutableMap<String, Path> find(Collection<String> images, Path root) {
    TableFiles files = new TableFiles(root);
    Map<String, Path> found = new HashMap<>();
    for (String image : images) {
      files
          .only(new TableRow(0, image, "", Optional.empty()))
          .ifPresent(file -> found.put(image, root.resolve(file.name())));
    }
    return ImmutableMap.copyOf(found);
  }

  /** The parts that a table has images for, without looking for the images. */
  public static ImmutableSet<Part> parts(ImageTable table) {
    Set<TableUse> found = EnumSet.noneOf(TableUse.class);
    table.read(row -> found.add(TableUse.of(row)));
    return Sets.immutableEnumSet(uses(found).keySet());
  }

  /** What the parts consist of. */
  static Map<Part, TableUse> uses(Set<TableUse> found) {
    Map<Part, TableUse> uses = new EnumMap<>(Part.class);
    if (found.contains(TableUse.TRAIN)) {
      uses.put(Part.TRAIN, TableUse.TRAIN);
    }
    if (found.contains(TableUse.UNLABELED)) {
      uses.put(Part.UNLABELED, TableUse.UNLABELED);
    }
    if (found.contains(TableUse.TEST)) {
      uses.put(Part.TEST, TableUse.TEST);
    } else if (found.contains(TableUse.VALIDATION)) {
      uses.put(Part.TEST, TableUse.VALIDATION);
    }
    return uses;
  }

  private static ImageIndex index(TableIndex rows, TableUse use) {
    boolean labeled = use != TableUse.UNLABELED;
    Set<String> labels = new TreeSet<>();
    for (int i = 0; labeled && i < rows.size(); i++) {
      if (rows.use(i) == use) {
        labels.add(rows.label(i));
      }
    }
    ImmutableList<String> classes = labeled ? LabelOrder.sort(labels) : ImmutableList.of("");
    Map<String, Integer> positions = new HashMap<>();
    classes.forEach(name -> positions.put(name, positions.size()));
    ImageIndexBuilder builder = new ImageIndexBuilder();
    for (int i = 0; i < rows.size(); i++) {
      if (rows.use(i) == use && !rows.isRepeated(i)) {
        int label = labeled ? positions.getOrDefault(rows.label(i), 0) : 0;
        builder.add(label, rows.fileName(i), rows.bytes(i), 0);
      }
    }
    return builder.build(classes, false, false);
  }

  private static ImmutableList<String> notes(
      TableIndex rows,
      Map<TableUse, Integer> counts,
      Map<Part, TableUse> uses,
      Map<Part, ImageIndex> parts) {
    List<String> notes = new ArrayList<>();
    String contents =
        parts.entrySet().stream()
            .map(part -> describe(part.getKey(), part.getValue()))
            .collect(Collectors.joining("; "));
    notes.add("images by part: " + contents);
    if (rows.repeated() > 0) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%,d %s an image that an earlier row names, with the same label, the first of"
                  + " them row %d; it counts once",
              rows.repeated(),
              rows.repeated() == 1 ? "row names" : "rows name",
              rows.firstRepeatedRow()));
    }
    counts.forEach(
        (use, count) -> {
          if (!uses.containsValue(use)) {
            notes.add(
                String.format(
                    Locale.ROOT,
                    "%,d rows serve neither training nor test: %s",
                    count,
                    use == TableUse.VALIDATION
                        ? "they are of the part validation, and there is a part test"
                        : "they are of the parts test or validation and have no label"));
          }
        });
    return ImmutableList.copyOf(notes);
  }

  static String describe(Part part, ImageIndex images) {
    if (part == Part.UNLABELED) {
      return String.format(Locale.ROOT, "%,d without a label", images.size());
    }
    int[] counts = new int[images.classNames().size()];
    for (int i = 0; i < images.size(); i++) {
      counts[images.label(i)]++;
    }
    return String.format(
        Locale.ROOT,
        "%s %,d of %d classes (%s)",
        part.label(),
        images.size(),
        counts.length,
        ClassCounts.text(images.classNames(), counts));
  }

  /** The parts that there are images for. */
  public ImmutableSet<Part> parts() {
    return parts.keySet();
  }

  /** The images' files, those of rows that serve no part among them. */
  public ImmutableList<Path> files() {
    return Stream.concat(parts.values().stream(), Stream.of(unused))
        .flatMap(index -> IntStream.range(0, index.size()).mapToObj(index::fileName))
        .map(root::resolve)
        .collect(toImmutableList());
  }

  /** The images of a part that there is. */
  public ImageFolder open(Part part) {
    ImageIndex index = parts.get(part);
    checkArgument(index != null, "part: expected one of %s, got %s", parts.keySet(), part);
    return new ImageFolder(root, table + ", " + part.label(), index, part != Part.UNLABELED);
  }
}
