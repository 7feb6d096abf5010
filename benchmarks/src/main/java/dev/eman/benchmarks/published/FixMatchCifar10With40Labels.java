package dev.eman.benchmarks.published;

/** FixMatch on CIFAR-10 with 40 labels: {@code eman benchmark fixmatch-cifar10-40}. */
public final class FixMatchCifar10With40Labels {
  private FixMatchCifar10With40Labels() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("fixmatch-cifar10-40", args);
  }
}
