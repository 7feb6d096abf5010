package dev.eman.datasets.check;

import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.internal.UnicodeForms;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Looks at the classes of the training and test images, and at how many images each has. */
final class ClassFindings {
  private static final int FEW = 8;
  private static final double UNEVEN = 10;

  private final List<Finding> findings = new ArrayList<>();

  private ClassFindings() {}

  static List<Finding> of(Map<Part, ImageDataset> parts, Map<Part, PartSummary> summaries) {
    ClassFindings classes = new ClassFindings();
    PartSummary train = summaries.get(Part.TRAIN);
    PartSummary test = summaries.get(Part.TEST);
    if (train != null) {
      Set<String> names = new TreeSet<>(train.classes().keySet());
      ImageDataset images = parts.get(Part.TRAIN);
      if (images != null) {
        names.addAll(images.classNames());
      }
      classes.checkCounts(train, names);
      classes.checkNames(names);
      classes.compare(names, test);
    }
    return classes.findings;
  }

  private void compare(Set<String> train, @Nullable PartSummary test) {
    if (test == null) {
      return;
    }
    for (String name : test.classes().keySet()) {
      if (!train.contains(name)) {
        String advice = advice(name, train, "a training class");
        String images = images(test.classes().get(name));
        add(
            FindingKind.CLASS_ONLY_IN_TEST,
            Part.TEST,
            name,
            advice.isEmpty() ? images : images + "; " + advice);
      }
    }
    for (String name : train) {
      if (!test.classes().containsKey(name)) {
        add(
            FindingKind.CLASS_NOT_IN_TEST,
            Part.TEST,
            name,
            advice(name, test.classes().keySet(), "a test class"));
      }
    }
  }

  /** What to do where a class of the other part is called the same to the eye; else nothing. */
  private static String advice(String name, Set<String> others, String other) {
    return others.stream().anyMatch(one -> UnicodeForms.differ(one, name))
        ? other + " has " + UnicodeForms.ADVICE
        : "";
  }

  private void checkCounts(PartSummary train, Set<String> names) {
    if (train.classes().size() == 1) {
      add(FindingKind.ONE_CLASS, Part.TRAIN, train.classes().firstKey(), images(train.labeled()));
    }
    String smallest = "";
    String largest = "";
    for (String name : names) {
      int count = count(train, name);
      if (count < FEW) {
        add(FindingKind.TINY_CLASS, Part.TRAIN, name, images(count));
      }
      if (smallest.isEmpty() || count < count(train, smallest)) {
        smallest = name;
      }
      if (largest.isEmpty() || count > count(train, largest)) {
        largest = name;
      }
    }
    if (count(train, largest) > UNEVEN * count(train, smallest)) {
      add(
          FindingKind.IMBALANCE,
          Part.TRAIN,
          "",
          String.format(
              Locale.ROOT,
              "%s has %s, %s has %s",
              largest,
              images(count(train, largest)),
              smallest,
              images(count(train, smallest))));
    }
  }

  private void checkNames(Set<String> names) {
    Map<String, String> seen = new HashMap<>();
    for (String name : names) {
      String alike = UnicodeForms.composed(name).toLowerCase(Locale.ROOT).replaceAll("\\s+", "");
      String other = seen.putIfAbsent(alike, name);
      if (other != null) {
        String advice = UnicodeForms.differ(name, other) ? ": " + UnicodeForms.ADVICE : "";
        add(FindingKind.SIMILAR_NAMES, Part.TRAIN, name, other + advice);
      }
    }
  }

  private static int count(PartSummary part, String name) {
    return part.classes().getOrDefault(name, 0);
  }

  private static String images(@Nullable Integer count) {
    int known = count == null ? 0 : count;
    return String.format(Locale.ROOT, "%,d %s", known, known == 1 ? "image" : "images");
  }

  private void add(FindingKind kind, Part part, String subject, String detail) {
    findings.add(new Finding(kind, part.label(), subject, detail));
  }
}
