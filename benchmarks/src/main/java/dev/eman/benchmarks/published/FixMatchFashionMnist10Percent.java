package dev.eman.benchmarks.published;

/**
 * FixMatch on Fashion-MNIST with 10% of the labels: {@code eman benchmark
 * fixmatch-fashion-mnist-10percent}.
 */
public final class FixMatchFashionMnist10Percent {
  private FixMatchFashionMnist10Percent() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("fixmatch-fashion-mnist-10percent", args);
  }
}
