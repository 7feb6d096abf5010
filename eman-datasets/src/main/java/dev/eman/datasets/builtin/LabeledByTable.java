package dev.eman.datasets.builtin;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.ImageSelection;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.reader.TableImages;
import dev.eman.datasets.table.ClassCounts;
import dev.eman.datasets.table.ImageTable;
import dev.eman.datasets.table.LabelOrder;
import dev.eman.datasets.table.TableMatch;
import dev.eman.datasets.table.TableRow;
import dev.eman.datasets.table.TableUse;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Images without labels, such as a flat folder of photos, and a table that labels some of them.
 * Those with a label in the table are {@link Part#TRAIN}, or {@link Part#TEST} if the table's
 * column of parts says so; all others are {@link Part#UNLABELED}, but for those of the table's
 * parts test and validation. Where the table has both, images of its part validation belong to the
 * training images, for a split to keep them apart.
 */
public final class LabeledByTable implements DatasetProvider {
  private final DatasetProvider images;
  private final ImageTable table;
  private final ImmutableSet<String> apart;
  private @Nullable ImmutableMap<Part, Selected> parts;

  /** Which images of the unlabelled ones a part has, and their labels. */
  private record Selected(
      ImmutableIntArray positions, ImmutableIntArray labels, ImmutableList<String> classNames) {}

  /**
   * Takes the labels of a table.
   *
   * @param apart folders whose images serve as the table says, and not at all if it does not
   */
  private LabeledByTable(DatasetProvider images, ImageTable table, ImmutableSet<String> apart) {
    this.images = images;
    this.table = table;
    this.apart = apart;
  }

  /**
   * The images of a data set with the labels of a table.
   *
   * @param labels that names the labelled images
   * @return {@code images} itself if it has a training set with labels of its own, or the file is
   *     no table of images and labels
   * @throws DatasetException if the file is called like a table, and there is none
   */
  public static DatasetProvider over(DatasetProvider images, Path labels) {
    boolean unlabeled =
        images.parts().contains(Part.UNLABELED) && !images.parts().contains(Part.TRAIN);
    if (!unlabeled || !(ImageTable.isLabelTable(labels) || ImageTable.hasLabels(labels))) {
      return images;
    }
    ImageTable table = ImageTable.open(labels);
    return images instanceof FolderProvider folder
        ? new LabeledByTable(folder.whole(), table, folder.leftOut())
        : new LabeledByTable(images, table, ImmutableSet.of());
  }

  @Override
  public String name() {
    return images.name();
  }

  @Override
  public String description() {
    return images.description() + ", labelled by " + table;
  }

  @Override
  public ImmutableSet<Part> parts() {
    Set<Part> all = EnumSet.of(Part.UNLABELED);
    all.addAll(TableImages.parts(table));
    all.addAll(images.parts());
    return ImmutableSet.copyOf(all);
  }

  @Override
  public ChannelStatistics statistics() {
    return images.statistics();
  }

  @Override
  public int imageSize() {
    return images.imageSize();
  }

  @Override
  public Orientation orientation() {
    return images.orientation();
  }

  @Override
  public DatasetProvider withOrientation(Orientation rule) {
    return rule == orientation()
        ? this
        : new LabeledByTable(images.withOrientation(rule), table, apart);
  }

  @Override
  public ImageDataset open(Part part, DataDirectories directories) {
    Selected selected = selected(directories).get(part);
    if (selected == null && part == Part.TEST) {
      return images.open(part, directories);
    }
    if (selected == null) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s, %s: expected images of the part %s, found none",
              name(),
              table,
              part.label()));
    }
    ImageDataset all = images.open(Part.UNLABELED, directories);
    return new ImageSelection(
        all,
        name() + ", " + part.label(),
        selected.classNames(),
        selected.positions(),
        selected.labels(),
        part == Part.UNLABELED ? all.notes() : notes(part, selected, all));
  }

  @Override
  public boolean isPresent(Part part, DataDirectories directories) {
    return selected(directories).containsKey(part)
        || (part == Part.TEST && images.isPresent(part, directories));
  }

  @Override
  public ImmutableList<String> notes() {
    return images.notes();
  }

  @Override
  public ImmutableList<Path> places(DataDirectories directories) {
    return images.places(directories);
  }

  private ImmutableList<String> notes(Part part, Selected selected, ImageDataset all) {
    int[] counts = new int[selected.classNames().size()];
    selected.labels().forEach(label -> counts[label]++);
    return ImmutableList.<String>builder()
        .addAll(all.notes())
        .add(
            String.format(
                Locale.ROOT,
                "%s: labels %,d of %,d images for %s: %s",
                table,
                selected.labels().length(),
                all.size(),
                part.label(),
                ClassCounts.text(selected.classNames(), counts)))
        .build();
  }

  /** Reads the table once, not for each part. */
  private synchronized ImmutableMap<Part, Selected> selected(DataDirectories directories) {
    ImmutableMap<Part, Selected> known = parts;
    if (known == null) {
      try (ImageDataset all = images.open(Part.UNLABELED, directories)) {
        known = select(all);
      }
      parts = known;
    }
    return known;
  }

  private ImmutableMap<Part, Selected> select(ImageDataset all) {
    TableRow[] rows = new TableRow[all.size()];
    Set<TableUse> uses = EnumSet.noneOf(TableUse.class);
    TableMatch match = TableMatch.of(all, table, row -> true);
    match.requireImages(TableRow::isLabeled);
    match.forEach(
        (row, i) -> {
          rows[i] = row;
          uses.add(TableUse.of(row));
        });
    BitSet out = new BitSet();
    for (int i = 0; i < rows.length; i++) {
      out.set(i, rows[i] == null && isApart(all.imageName(i)));
    }
    Part validation = uses.contains(TableUse.TEST) ? Part.TRAIN : Part.TEST;
    Map<Part, Selected> selected = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      Selected found = select(rows, out, part, validation);
      if (!found.positions().isEmpty()) {
        selected.put(part, found);
      }
    }
    return Maps.immutableEnumMap(selected);
  }

  private boolean isApart(String name) {
    int slash = name.indexOf('/');
    return slash > 0 && apart.contains(name.substring(0, slash));
  }

  private static Selected select(
      @Nullable TableRow[] rows, BitSet out, Part part, Part validation) {
    ImmutableIntArray.Builder positions = ImmutableIntArray.builder();
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < rows.length; i++) {
      TableRow row = rows[i];
      if (!out.get(i) && part(row, validation) == part) {
        positions.add(i);
        if (row != null && part != Part.UNLABELED) {
          names.add(row.label());
        }
      }
    }
    ImmutableIntArray chosen = positions.build();
    ImmutableList<String> classes = LabelOrder.sort(names);
    Map<String, Integer> numbers = new HashMap<>();
    classes.forEach(name -> numbers.put(name, numbers.size()));
    ImmutableIntArray labels =
        ImmutableIntArray.copyOf(
            chosen.stream()
                .map(
                    i -> {
                      TableRow row = rows[i];
                      return row == null
                          ? ImageDataset.UNLABELED
                          : numbers.getOrDefault(row.label(), ImageDataset.UNLABELED);
                    }));
    return new Selected(chosen, labels, classes);
  }

  /** The part that an image belongs to; null for none. */
  private static @Nullable Part part(@Nullable TableRow row, Part validation) {
    return switch (row == null ? TableUse.UNLABELED : TableUse.of(row)) {
      case TRAIN -> Part.TRAIN;
      case UNLABELED -> Part.UNLABELED;
      case VALIDATION -> validation;
      case TEST -> Part.TEST;
      case PREDICT -> null;
    };
  }
}
