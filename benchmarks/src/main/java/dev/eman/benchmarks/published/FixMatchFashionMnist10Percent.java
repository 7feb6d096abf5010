package dev.eman.benchmarks.published;

import dev.eman.benchmarks.Main;

/**
 * FixMatch on Fashion-MNIST with 10% of the labels: {@code eman benchmark
 * fixmatch-fashion-mnist-10percent}.
 */
public final class FixMatchFashionMnist10Percent {
  private FixMatchFashionMnist10Percent() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    Main.benchmark("fixmatch-fashion-mnist-10percent", args);
  }
}
