package dev.eman.datasets.check;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import dev.eman.core.EmanException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.augment.Transforms;
import dev.eman.datasets.augment.UnfitImageException;
import dev.eman.datasets.augment.ViewRandom;
import dev.eman.datasets.image.Region;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks through a data set before it is trained on: decodes all images of all parts, finds the same
 * image, and nearly the same, twice, and looks at classes and sizes. Memory is taken for some 60
 * bytes an image, and for thumbnails of those that look alike.
 */
public final class DataCheck {
  private static final int LONGEST = 3;

  /** What copies mean for a data set that images are held out of. */
  private static final String HELD_OUT_COPIES =
      "no test images: --holdout keeps copies of one file on one side (unless more than 100,000"
          + " files have the size of another), but not images that are nearly the same, or the same"
          + " in files of other bytes; accuracy on held-out images is too high where such are"
          + " trained on";

  private final DatasetProvider provider;
  private final DataDirectories directories;
  private final int threads;
  private final Consumer<ImageDataset> labels;
  private final CheckListener listener;
  private final List<Finding> findings = new ArrayList<>();
  private final Set<String> notes = new LinkedHashSet<>();

  private DataCheck(
      DatasetProvider provider,
      DataDirectories directories,
      int threads,
      Consumer<ImageDataset> labels,
      CheckListener listener) {
    this.provider = provider;
    this.directories = directories;
    this.threads = threads;
    this.labels = labels;
    this.listener = listener;
  }

  /**
   * Checks a data set.
   *
   * @param directories where it is looked for
   * @param threads that decode, at least 1
   */
  public static CheckReport run(
      DatasetProvider provider, DataDirectories directories, int threads, CheckListener listener) {
    return run(provider, directories, threads, train -> {}, listener);
  }

  /**
   * Checks a data set, and what is to be done with its training images.
   *
   * @param directories where it is looked for
   * @param threads that decode, at least 1
   * @param labels reads a file of labels of the training images, as training will; throws {@link
   *     EmanException} if it does not fit them, which is a finding
   */
  public static CheckReport run(
      DatasetProvider provider,
      DataDirectories directories,
      int threads,
      Consumer<ImageDataset> labels,
      CheckListener listener) {
    return new DataCheck(provider, directories, threads, labels, listener).run();
  }

  private CheckReport run() {
    Map<Part, ImageDataset> parts = new EnumMap<>(Part.class);
    try {
      notes.addAll(provider.notes());
      for (Part part : Part.values()) {
        open(part, parts);
      }
      checkLabels(parts.get(Part.TRAIN));
      return check(parts);
    } finally {
      parts.values().forEach(ImageDataset::close);
    }
  }

  private void checkLabels(@Nullable ImageDataset train) {
    if (train == null) {
      return;
    }
    try {
      labels.accept(train);
    } catch (EmanException e) {
      add(FindingKind.LABELS_FILE, Part.TRAIN, "", String.valueOf(e.getMessage()));
    }
  }

  /**
   * A part that is not there is none; one that cannot be opened is a finding, once for all parts
   * with the same fault, such as that of a table that says what is in each.
   */
  private void open(Part part, Map<Part, ImageDataset> parts) {
    try {
      boolean needed = part == Part.TRAIN && !provider.parts().contains(Part.UNLABELED);
      if (needed || provider.isPresent(part, directories)) {
        ImageDataset images = provider.open(part, directories);
        parts.put(part, images);
        notes.addAll(images.notes());
      }
    } catch (EmanException e) {
      String reason = String.valueOf(e.getMessage());
      if (findings.stream().noneMatch(known -> known.detail().equals(reason))) {
        add(FindingKind.UNREADABLE_PART, part, "", reason);
      }
    }
  }

  private CheckReport check(Map<Part, ImageDataset> parts) {
    Scan scan = new Scan(parts, threads);
    scan.read(listener);
    scan.failures().forEach((i, reason) -> add(FindingKind.CORRUPT, scan, i, reason));
    scan.warnings().forEach((i, what) -> add(FindingKind.IRREGULAR, scan, i, what));
    ImmutableList.Builder<PartSummary> summaries = ImmutableList.builder();
    Map<Part, PartSummary> byPart = new EnumMap<>(Part.class);
    for (Part part : parts.keySet()) {
      PartSummary summary = summary(scan, part);
      summaries.add(summary);
      byPart.put(part, summary);
    }
    ClassFindings.of(parts, byPart).forEach(findings::add);
    Duplicates duplicates = new Duplicates(scan);
    new DuplicateFindings(scan, findings::add).add(duplicates);
    if (!duplicates.isComplete()) {
      notes.add(Duplicates.INCOMPLETE);
    }
    if (!provider.parts().contains(Part.TEST) && findings.stream().anyMatch(DataCheck::isCopy)) {
      notes.add(HELD_OUT_COPIES);
    }
    checkShapes(scan);
    return new CheckReport(
        provider.name(),
        summaries.build(),
        findings.stream()
            .sorted(Comparator.comparing(Finding::kind))
            .collect(ImmutableList.toImmutableList()),
        ImmutableList.copyOf(notes));
  }

  private static boolean isCopy(Finding finding) {
    return finding.part().equals(Part.TRAIN.label())
        && (finding.kind() == FindingKind.DUPLICATE
            || finding.kind() == FindingKind.NEAR_DUPLICATE);
  }

  private void checkShapes(Scan scan) {
    Transform view = Transforms.fit(provider.imageSize());
    ViewRandom random = new ViewRandom();
    Region region = new Region();
    for (int i = 0; i < scan.size(); i++) {
      int shorter = Math.min(scan.width(i), scan.height(i));
      int longer = Math.max(scan.width(i), scan.height(i));
      if (!scan.isSound(i) || longer <= LONGEST * (long) shorter) {
        continue;
      }
      try {
        view.plan(scan.width(i), scan.height(i), random, region);
        add(FindingKind.ASPECT_RATIO, scan, i, scan.width(i) + "x" + scan.height(i));
      } catch (UnfitImageException e) {
        add(FindingKind.TOO_LONG, scan, i, String.valueOf(e.getMessage()));
      }
    }
  }

  private static PartSummary summary(Scan scan, Part part) {
    int[] images = IntStream.range(0, scan.size()).filter(i -> scan.part(i) == part).toArray();
    Map<String, Integer> classes = new TreeMap<>();
    int labeled = 0;
    for (int i : images) {
      String label = scan.label(i);
      if (!label.isEmpty()) {
        labeled++;
        classes.merge(label, 1, Integer::sum);
      }
    }
    int[] sound = IntStream.of(images).filter(scan::isSound).toArray();
    return new PartSummary(
        part,
        images.length,
        labeled,
        ImmutableSortedMap.copyOf(classes),
        (int) IntStream.of(images).filter(scan::isTurned).count(),
        spread(IntStream.of(sound).map(scan::width)),
        spread(IntStream.of(sound).map(scan::height)));
  }

  private static PartSummary.Spread spread(IntStream values) {
    int[] sorted = values.sorted().toArray();
    return sorted.length == 0
        ? new PartSummary.Spread(0, 0, 0)
        : new PartSummary.Spread(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
  }

  private void add(FindingKind kind, Scan scan, int image, String detail) {
    add(kind, scan.part(image), scan.name(image), detail);
  }

  private void add(FindingKind kind, Part part, String subject, String detail) {
    findings.add(new Finding(kind, part.label(), subject, detail));
  }
}
