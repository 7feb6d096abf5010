package dev.eman.datasets.check;

import dev.eman.datasets.Part;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** Tells what it means that images are the same: each is named once for each kind of trouble. */
final class DuplicateFindings {
  /** Of an image that is there a thousand times, no more than these are looked at. */
  private static final int LOOKED_AT = 1_000;

  private final Scan scan;
  private final Consumer<Finding> findings;

  DuplicateFindings(Scan scan, Consumer<Finding> findings) {
    this.scan = scan;
    this.findings = findings;
  }

  void add(Duplicates duplicates) {
    duplicates.same().forEach(this::addSame);
    for (Map.Entry<Integer, List<Integer>> near : duplicates.near().entrySet()) {
      addNear(near.getKey(), near.getValue());
    }
  }

  private void addSame(int i, List<Integer> others) {
    add(FindingKind.TRAIN_AND_TEST, i, others, isTrainFor(i));
    add(FindingKind.UNLABELED_AND_TEST, i, others, isTestFor(i));
    add(FindingKind.CONFLICTING_LABELS, i, others, other -> scan.differ(other, i));
    add(FindingKind.DUPLICATE, i, others, other -> scan.part(other) == scan.part(i));
  }

  private void addNear(int i, List<Integer> others) {
    add(FindingKind.NEAR_TRAIN_AND_TEST, i, others, isTrainFor(i));
    add(FindingKind.NEAR_CONFLICTING_LABELS, i, others, other -> scan.differ(other, i));
    add(FindingKind.NEAR_DUPLICATE, i, others, other -> scan.part(other) == scan.part(i));
  }

  private IntPredicate isTrainFor(int i) {
    return other -> scan.part(i) == Part.TEST && scan.part(other) == Part.TRAIN;
  }

  private IntPredicate isTestFor(int i) {
    return other -> scan.part(i) == Part.UNLABELED && scan.part(other) == Part.TEST;
  }

  private void add(FindingKind kind, int i, List<Integer> others, IntPredicate matters) {
    others.stream()
        .limit(LOOKED_AT)
        .mapToInt(Integer::intValue)
        .takeWhile(other -> other < i)
        .filter(matters)
        .findFirst()
        .ifPresent(
            other ->
                findings.accept(
                    new Finding(
                        kind, scan.part(i).label(), scan.name(i), describe(kind, i, other))));
  }

  private String describe(FindingKind kind, int i, int other) {
    String name = scan.part(other).label() + ", " + scan.name(other);
    return switch (kind) {
      case CONFLICTING_LABELS, NEAR_CONFLICTING_LABELS ->
          scan.label(i) + "; as " + scan.label(other) + ": " + name;
      default -> name;
    };
  }
}
