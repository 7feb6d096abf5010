package dev.eman.core.optimizer;

/** How a run's learning rate moves. Configurations have these names in small letters. */
public enum ScheduleKind {
  /** The same rate for every step. */
  CONSTANT,
  /** Half a period of the cosine, down to 0, after an optional warm-up. */
  COSINE,
  /** FixMatch's {@code η cos(7 π t / (16 T))}. */
  FIXMATCH,
  /** Falls by a factor at milestones, after an optional warm-up. */
  STEP
}
