package dev.eman.spark.internal;

import dev.eman.core.EmanException;
import java.util.UUID;
import org.apache.spark.SparkContext;

/**
 * The jobs that this thread submits until this is closed. Spark lets a job run on when the thread
 * that waits for it is interrupted.
 */
public final class TaggedJobs implements AutoCloseable {
  private final SparkContext spark;
  private final String tag = "eman-" + UUID.randomUUID();

  private TaggedJobs(SparkContext spark) {
    this.spark = spark;
  }

  /** Tags the jobs from now on. */
  public static TaggedJobs open(SparkContext spark) {
    TaggedJobs jobs = new TaggedJobs(spark);
    spark.addJobTag(jobs.tag);
    return jobs;
  }

  /**
   * Cancels them, and sets this thread's flag again.
   *
   * @param cause ended the wait for one of them
   * @param doing what they did, for the message
   * @return to throw
   */
  public EmanException interrupted(InterruptedException cause, String doing) {
    if (!spark.isStopped()) {
      spark.cancelJobsWithTag(tag);
    }
    Thread.currentThread().interrupt();
    return new EmanException("interrupted while " + doing, cause);
  }

  @Override
  public void close() {
    spark.removeJobTag(tag);
  }
}
