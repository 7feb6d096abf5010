package dev.eman.benchmarks.published;

/** BYOL on ImageNet without labels: {@code eman benchmark byol-imagenet}. */
public final class ByolImageNet {
  private ByolImageNet() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("byol-imagenet", args);
  }
}
