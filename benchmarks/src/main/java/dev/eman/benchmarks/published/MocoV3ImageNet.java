package dev.eman.benchmarks.published;

/** MoCo v3 on ImageNet without labels: {@code eman benchmark moco-v3-imagenet}. */
public final class MocoV3ImageNet {
  private MocoV3ImageNet() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("moco-v3-imagenet", args);
  }
}
