package dev.eman.datasets.reader;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import dev.eman.datasets.Part;
import dev.eman.datasets.packed.PackFiles;
import dev.eman.datasets.packed.PackIndex;
import dev.eman.datasets.packed.PackedImage;
import dev.eman.datasets.table.LabelOrder;
import dev.eman.datasets.table.TableRow;
import dev.eman.datasets.table.TableUse;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The images of a packed set, as the parts of a data set: those that a table with the same rows
 * would have, see {@link TableImages}.
 */
public final class PackedSet {
  private final PackFiles.Opener opener;
  private final ImmutableList<String> files;
  private final ImmutableIntArray fileOf;
  private final ImmutableLongArray positions;
  private final ImmutableIntArray checksums;
  private final ImmutableMap<Part, ImageIndex> parts;

  /** Images of one use, with labels in the order in which they came. */
  private static final class Rows {
    private final Map<String, Integer> labels = new LinkedHashMap<>();
    private final ImageIndexBuilder images = new ImageIndexBuilder();

    void add(PackedImage image, int row) {
      int label = labels.computeIfAbsent(image.label(), name -> labels.size());
      images.add(label, image.name(), image.bytes(), row);
    }

    ImageIndex build(boolean labeled, boolean numbers) {
      ImageIndex found = images.build(ImmutableList.copyOf(labels.keySet()), false, true);
      ImmutableList<String> classes =
          !labeled
              ? ImmutableList.of("")
              : numbers
                  ? LabelOrder.sort(labels.keySet())
                  : ImmutableList.sortedCopyOf(ImageFiles.BY_CODE_POINT, labels.keySet());
      Map<String, Integer> order = new HashMap<>();
      classes.forEach(name -> order.put(name, order.size()));
      ImageIndexBuilder sorted = new ImageIndexBuilder();
      for (int i = 0; i < found.size(); i++) {
        String own = found.classNames().get(found.label(i));
        int label = labeled ? order.getOrDefault(own, 0) : 0;
        sorted.add(label, found.fileName(i), found.bytes(i), found.position(i));
      }
      return sorted.build(classes, false, true);
    }
  }

  private PackedSet(
      PackFiles.Opener opener,
      ImmutableList<String> files,
      ImmutableIntArray fileOf,
      ImmutableLongArray positions,
      ImmutableIntArray checksums,
      ImmutableMap<Part, ImageIndex> parts) {
    this.opener = opener;
    this.files = files;
    this.fileOf = fileOf;
    this.positions = positions;
    this.checksums = checksums;
    this.parts = parts;
  }

  /**
   * Reads a set's index and list.
   *
   * @throws dev.eman.datasets.DatasetException if there is none, or it is damaged
   */
  public static PackedSet read(PackFiles.Opener opener) {
    try (PackFiles from = opener.open()) {
      PackIndex index = PackIndex.read(from);
      ImmutableIntArray.Builder fileOf = ImmutableIntArray.builder();
      ImmutableLongArray.Builder positions = ImmutableLongArray.builder();
      ImmutableIntArray.Builder checksums = ImmutableIntArray.builder();
      Map<TableUse, Rows> uses = new EnumMap<>(TableUse.class);
      int[] rows = {0};
      index.read(
          from,
          image -> {
            fileOf.add(image.file());
            positions.add(image.position());
            checksums.add(image.crc32c());
            int row = rows[0]++;
            TableRow asRow = new TableRow(row + 2, image.name(), image.label(), image.part());
            uses.computeIfAbsent(TableUse.of(asRow), use -> new Rows()).add(image, row);
          });
      Map<Part, ImageIndex> parts = new EnumMap<>(Part.class);
      TableImages.uses(uses.keySet())
          .forEach(
              (part, use) ->
                  parts.put(
                      part,
                      uses.getOrDefault(use, new Rows())
                          .build(use != TableUse.UNLABELED, index.numbers())));
      return new PackedSet(
          opener,
          index.files().stream()
              .map(PackIndex.PackFile::name)
              .collect(ImmutableList.toImmutableList()),
          fileOf.build(),
          positions.build(),
          checksums.build(),
          Maps.immutableEnumMap(parts));
    }
  }

  /** The parts that there are images for. */
  public ImmutableSet<Part> parts() {
    return parts.keySet();
  }

  /** The images of a part that there is. */
  public PackedImages open(Part part) {
    ImageIndex index = parts.get(part);
    checkArgument(index != null, "part: expected one of %s, got %s", parts.keySet(), part);
    PackFiles opened = opener.open();
    return new PackedImages(opened, this, opened.place() + ", " + part.label(), index);
  }

  boolean isLabeled(ImageIndex index) {
    return !index.equals(parts.get(Part.UNLABELED));
  }

  /** The archive that has the image of a row. */
  String file(int row) {
    return files.get(fileOf.get(row));
  }

  long position(int row) {
    return positions.get(row);
  }

  int crc32c(int row) {
    return checksums.get(row);
  }
}
