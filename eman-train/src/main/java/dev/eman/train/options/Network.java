package dev.eman.train.options;

/** One of a run's two networks. */
public enum Network {
  /** The one that learns. */
  STUDENT,
  /** The one that follows by moving averages. */
  TEACHER;

  /** As written in configurations and messages: {@code student}. */
  public String label() {
    return this == STUDENT ? "student" : "teacher";
  }
}
