package dev.eman.benchmarks.published;

/**
 * FixMatch on Fashion-MNIST with 1% of the labels: {@code eman benchmark
 * fixmatch-fashion-mnist-1percent}.
 */
public final class FixMatchFashionMnist1Percent {
  private FixMatchFashionMnist1Percent() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("fixmatch-fashion-mnist-1percent", args);
  }
}
