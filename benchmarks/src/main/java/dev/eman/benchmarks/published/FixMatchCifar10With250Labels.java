package dev.eman.benchmarks.published;

import dev.eman.benchmarks.Main;

/** FixMatch on CIFAR-10 with 250 labels: {@code eman benchmark fixmatch-cifar10-250}. */
public final class FixMatchCifar10With250Labels {
  private FixMatchCifar10With250Labels() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    Main.benchmark("fixmatch-cifar10-250", args);
  }
}
