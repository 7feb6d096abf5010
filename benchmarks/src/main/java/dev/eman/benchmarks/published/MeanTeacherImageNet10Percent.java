package dev.eman.benchmarks.published;

/**
 * Mean Teacher on ImageNet with 10% of the labels: {@code eman benchmark
 * mean-teacher-imagenet-10percent}.
 */
public final class MeanTeacherImageNet10Percent {
  private MeanTeacherImageNet10Percent() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("mean-teacher-imagenet-10percent", args);
  }
}
