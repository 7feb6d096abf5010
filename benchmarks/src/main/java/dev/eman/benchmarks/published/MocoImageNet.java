package dev.eman.benchmarks.published;

/** MoCo v2 on ImageNet without labels: {@code eman benchmark moco-imagenet}. */
public final class MocoImageNet {
  private MocoImageNet() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("moco-imagenet", args);
  }
}
