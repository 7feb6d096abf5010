package dev.eman.benchmarks.published;

/**
 * Mean Teacher on Fashion-MNIST with 1% of the labels: {@code eman benchmark
 * mean-teacher-fashion-mnist-1percent}.
 */
public final class MeanTeacherFashionMnist1Percent {
  private MeanTeacherFashionMnist1Percent() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("mean-teacher-fashion-mnist-1percent", args);
  }
}
