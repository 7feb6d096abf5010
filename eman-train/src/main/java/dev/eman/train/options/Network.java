package dev.eman.train.options;

/** Student or teacher of a run. */
public enum Network {
  /** The network that is trained by gradients. */
  STUDENT,
  /** The network that follows the student by moving averages. */
  TEACHER;

  /** As written in configurations and messages: {@code student}. */
  public String label() {
    return this == STUDENT ? "student" : "teacher";
  }
}
