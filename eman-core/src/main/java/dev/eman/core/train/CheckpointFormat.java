package dev.eman.core.train;

/**
 * Names of the parts of a checkpoint, a zip archive of text and little-endian numbers. The first
 * part, {@code format}, says that it is one.
 */
final class CheckpointFormat {
  static final String FORMAT = "eman checkpoint 1";

  /** Begins the name of each part that is a piece of metadata. */
  static final String META = "meta/";

  /** Ends the name of the part that describes a network's tensors. */
  static final String NAMES = ".names";

  static final String STUDENT = "student";
  static final String TEACHER = "teacher";
  static final String OPTIMIZER = "optimizer";

  /** Begins the name of each part that is an array of the algorithm's own. */
  static final String STATE = "state/";

  /**
   * With {@link #NAMES} behind it, the name of the part that describes those arrays. Files without
   * that part hold integers as float32.
   */
  static final String STATES = "state";

  static final String STEPS = "steps";
  static final String UPDATES = "teacher_updates";

  /** The name of a {@code TeacherStatistics}; only where there is a teacher. */
  static final String STATISTICS = "teacher_statistics";

  static final String POSITION = "data_position";

  private CheckpointFormat() {}

  static boolean isText(String part) {
    return part.startsWith(META) || part.endsWith(NAMES);
  }
}
