package dev.eman.datasets.augment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import dev.eman.datasets.image.Image;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/** What a policy did in thousands of views, as their traces tell; the seeds are always the same. */
final class DrawnViews {
  /** Chance decides once, as the seeds are fixed; a change of the policy moves by far more. */
  private static final double DEVIATIONS = 5;

  private final List<List<String>> traces = new ArrayList<>();
  private final ListMultimap<String, Double> magnitudes = ArrayListMultimap.create();

  private DrawnViews() {}

  /** Makes views of noise {@code [side, side, 3]}. */
  static DrawnViews of(Transform policy, int side, int views) {
    byte[] pixels = new byte[side * side * 3];
    new Random(3).nextBytes(pixels);
    Image original = Image.of(pixels, side, side, 3);
    Image image = new Image();
    image.startTrace();
    ViewRandom random = new ViewRandom();
    DrawnViews drawn = new DrawnViews();
    for (int i = 0; i < views; i++) {
      image.copyFrom(original);
      random.seed(7, 0, i, 0);
      policy.apply(image, random);
      drawn.traces.add(image.operations());
      image.operations().forEach(drawn::add);
    }
    return drawn;
  }

  private void add(String operation) {
    List<String> words = Splitter.on(' ').splitToList(operation);
    String value = words.size() == 1 ? "NaN" : words.get(1);
    List<String> numbers = Splitter.onPattern("[x,]").splitToList(value);
    for (int i = 0; i < numbers.size(); i++) {
      // A crop has width and height, a shift both directions.
      String name = numbers.size() == 1 ? words.get(0) : words.get(0) + i;
      magnitudes.put(name, Double.valueOf(numbers.get(i)));
    }
  }

  /** The traces, one for each view. */
  List<List<String>> traces() {
    return traces;
  }

  /** The names of all operations that were seen. */
  Set<String> names() {
    return magnitudes.keySet();
  }

  /** All magnitudes of an operation, as the traces round them. */
  List<Double> magnitudes(String name) {
    return magnitudes.get(name);
  }

  /** The share of views must be the given probability, but for chance. */
  void assertShare(double probability, Predicate<List<String>> which, String what) {
    assertCount(traces.size(), probability, traces.stream().filter(which).count(), what);
  }

  /** The operation must be there once in so many of the views. */
  void assertShare(double probability, String name) {
    assertCount(traces.size(), probability, magnitudes(name).size(), name);
  }

  static void assertCount(long tries, double probability, long found, String what) {
    double deviation = Math.sqrt(tries * probability * (1 - probability));
    assertEquals(tries * probability, found, DEVIATIONS * deviation, what + " of " + tries);
  }

  /** The magnitudes must fill the range evenly, to its ends. */
  void assertUniform(String name, double low, double high) {
    List<Double> found = magnitudes(name);
    assertEnds(name, low, high);
    double mean = found.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double deviation = (high - low) / Math.sqrt(12.0 * found.size());
    assertEquals((low + high) / 2, mean, DEVIATIONS * deviation, "mean of " + name);
  }

  /** The least and the largest magnitude must be those of the range. */
  void assertEnds(String name, double low, double high) {
    List<Double> found = magnitudes(name);
    assertTrue(found.size() > 100, name + ": " + found.size());
    double rounding = 0.0051;
    double near = 0.05 * (high - low);
    double least = Collections.min(found);
    double most = Collections.max(found);
    assertTrue(least >= low - rounding && least <= low + near, name + " from " + least);
    assertTrue(most <= high + rounding && most >= high - near, name + " to " + most);
  }
}
