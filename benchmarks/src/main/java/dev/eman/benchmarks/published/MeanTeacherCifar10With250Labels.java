package dev.eman.benchmarks.published;

/** Mean Teacher on CIFAR-10 with 250 labels: {@code eman benchmark mean-teacher-cifar10-250}. */
public final class MeanTeacherCifar10With250Labels {
  private MeanTeacherCifar10With250Labels() {}

  /** Takes the options of {@code eman benchmark}. */
  public static void main(String[] args) {
    PublishedSettings.run("mean-teacher-cifar10-250", args);
  }
}
