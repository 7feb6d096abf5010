package dev.eman.benchmarks.published;

/**
 * Mean Teacher on Fashion-MNIST with 10% of the labels: {@code eman benchmark
 * mean-teacher-fashion-mnist-10percent}.
 */
public final class MeanTeacherFashionMnist10Percent {
  private MeanTeacherFashionMnist10Percent() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("mean-teacher-fashion-mnist-10percent", args);
  }
}
