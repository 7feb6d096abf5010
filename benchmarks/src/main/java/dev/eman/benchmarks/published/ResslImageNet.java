package dev.eman.benchmarks.published;

/** ReSSL on ImageNet without labels: {@code eman benchmark ressl-imagenet}. */
public final class ResslImageNet {
  private ResslImageNet() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("ressl-imagenet", args);
  }
}
