package dev.eman.benchmarks.published;

/** Mean Teacher on CIFAR-10 with 40 labels: {@code eman benchmark mean-teacher-cifar10-40}. */
public final class MeanTeacherCifar10With40Labels {
  private MeanTeacherCifar10With40Labels() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("mean-teacher-cifar10-40", args);
  }
}
