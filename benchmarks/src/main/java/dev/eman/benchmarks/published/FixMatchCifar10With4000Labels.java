package dev.eman.benchmarks.published;

/** FixMatch on CIFAR-10 with 4,000 labels: {@code eman benchmark fixmatch-cifar10-4000}. */
public final class FixMatchCifar10With4000Labels {
  private FixMatchCifar10With4000Labels() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("fixmatch-cifar10-4000", args);
  }
}
