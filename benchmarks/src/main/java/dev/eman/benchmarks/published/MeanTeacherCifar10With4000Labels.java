package dev.eman.benchmarks.published;

/** Mean Teacher on CIFAR-10 with 4,000 labels: {@code eman benchmark mean-teacher-cifar10-4000}. */
public final class MeanTeacherCifar10With4000Labels {
  private MeanTeacherCifar10With4000Labels() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("mean-teacher-cifar10-4000", args);
  }
}
