package dev.eman.core.model;

import dev.eman.core.nn.TeacherStatistics;
import java.util.Locale;

/** Which network produces the student's targets. */
public enum TeacherMode {
  /** The student itself, in its training pass. */
  NONE,
  /** A moving average of the parameters alone, normalising with its batch: the paper's baseline. */
  EMA,
  /** A moving average of parameters and statistics (Cai et al. 2021, section 3). */
  EMAN;

  /** The statistics that such a teacher normalises with. */
  public TeacherStatistics statistics() {
    return switch (this) {
      case NONE -> throw new IllegalStateException("there is no teacher");
      case EMA -> TeacherStatistics.BATCH;
      case EMAN -> TeacherStatistics.AVERAGED;
    };
  }

  /** As written in configurations: {@code eman}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
