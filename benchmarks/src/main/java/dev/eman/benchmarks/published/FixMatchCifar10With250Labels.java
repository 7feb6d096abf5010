package dev.eman.benchmarks.published;

/** FixMatch on CIFAR-10 with 250 labels: {@code eman benchmark fixmatch-cifar10-250}. */
public final class FixMatchCifar10With250Labels {
  private FixMatchCifar10With250Labels() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("fixmatch-cifar10-250", args);
  }
}
