package dev.eman.benchmarks.published;

/**
 * FixMatch on ImageNet with 10% of the labels: {@code eman benchmark fixmatch-imagenet-10percent}.
 */
public final class FixMatchImageNet10Percent {
  private FixMatchImageNet10Percent() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("fixmatch-imagenet-10percent", args);
  }
}
