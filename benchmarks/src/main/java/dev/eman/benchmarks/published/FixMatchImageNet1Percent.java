package dev.eman.benchmarks.published;

/**
 * FixMatch on ImageNet with 1% of the labels: {@code eman benchmark fixmatch-imagenet-1percent}.
 */
public final class FixMatchImageNet1Percent {
  private FixMatchImageNet1Percent() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("fixmatch-imagenet-1percent", args);
  }
}
