package dev.eman.benchmarks.published;

/**
 * Mean Teacher on ImageNet with 1% of the labels: {@code eman benchmark
 * mean-teacher-imagenet-1percent}.
 */
public final class MeanTeacherImageNet1Percent {
  private MeanTeacherImageNet1Percent() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("mean-teacher-imagenet-1percent", args);
  }
}
