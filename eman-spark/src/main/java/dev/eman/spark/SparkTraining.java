package dev.eman.spark;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.spark.data.ImagePacking;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.BatchOptions;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A training run on the machines of a Spark cluster: one barrier stage whose tasks, the workers,
 * each train their part of every batch and sum their gradients over a ring. N workers with one
 * thread each come to the same bytes as one process with {@code accumulate} N.
 *
 * <pre>{@code
 * SparkTraining.Outcome outcome =
 *     SparkTraining.builder(spark)
 *         .workers(4)
 *         .options(options)
 *         .folder("hdfs:///runs/first")
 *         .build()
 *         .run();
 * }</pre>
 *
 * <p>Rank 0 evaluates and writes the run's folder, through Hadoop's file systems. When a worker is
 * lost, Spark starts the stage again, and it resumes from the last checkpoint, with the same result
 * as without the loss. An EMAN teacher needs nothing of the other workers' batches: its statistics
 * are averages, which all workers have alike.
 *
 * <p>Data sets are read by every worker, from a path that is the same on all machines. Images of a
 * DataFrame, or behind Hadoop's file systems, are packed first ({@link Builder#images}, {@link
 * ImagePacking}); each worker then reads those of its share, and keeps them on its disk.
 */
public final class SparkTraining {
  private static final Logger LOG = LoggerFactory.getLogger(SparkTraining.class);

  /** How often the stage is submitted again without a new checkpoint in between. */
  private static final int ATTEMPTS = 3;

  /** How long the workers of a cancelled job have for a step and a checkpoint. */
  static final Duration SAVING = Duration.ofMinutes(2);

  /** The folder of packed images in a run's folder. */
  private static final String IMAGES = "images";

  /** How a run has ended. */
  public enum Outcome {
    /** All steps are done, and the results written. */
    FINISHED,
    /** {@link SparkTraining#stop}, or a cancelled job, ended it after a step and a checkpoint. */
    STOPPED
  }

  private final SparkContext spark;
  private final int workers;
  private final Duration patience;
  private final RunLeader leader;
  private final Consumer<String> output;
  private final @Nullable ImagePacking images;
  private final @Nullable TrainingOptions options;
  private final OptionTexts changes;
  private final boolean rebuildMetrics;
  private final RunPlace place;

  private SparkTraining(Builder builder, @Nullable TrainingOptions options, String folder) {
    spark = builder.spark;
    patience = builder.patience;
    leader = builder.leader;
    output = builder.output;
    changes = builder.changes.withAbsolutePaths(); // Executors have other working folders.
    rebuildMetrics = builder.rebuildMetrics;
    images = builder.images;
    place = new RunPlace(folder, spark.hadoopConfiguration());
    int parts = options == null ? place.parts() : 0;
    workers = workers(builder, parts);
    this.options = options == null ? null : inParts(options, workers);
    if (this.options != null) {
      TrainingRun.checkShared(this.options, workers); // Packing images may take hours.
    }
  }

  /**
   * How many workers there are to be.
   *
   * @param parts of the batches of a run to resume, which stay as they are; 0 if there are none
   */
  private static int workers(Builder builder, int parts) {
    if (builder.workers == 0) {
      int slots = Slots.settled(builder.spark, builder.patience);
      return parts == 0
          ? slots
          : IntStream.rangeClosed(1, slots).filter(count -> parts % count == 0).max().orElseThrow();
    }
    if (parts % builder.workers != 0) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--spark-workers: expected one of %s, as the run's batches have %d parts, got %d",
              IntStream.rangeClosed(1, parts)
                  .filter(count -> parts % count == 0)
                  .mapToObj(Integer::toString)
                  .collect(Collectors.joining(", ")),
              parts,
              builder.workers));
    }
    return builder.workers;
  }

  /** With a part of every batch for each worker, unless the user has said how many there are. */
  private static TrainingOptions inParts(TrainingOptions options, int workers) {
    if (options.batch().accumulate() > 1) {
      return options;
    }
    if (options.batch().size() % workers != 0) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--batch: expected a multiple of %d, as each of %d workers takes as many of its"
                  + " images, got %d",
              workers,
              workers,
              options.batch().size()));
    }
    return OptionTexts.of(options).with(BatchOptions.ACCUMULATE, "" + workers).resolve();
  }

  /** A training on a cluster; options or a run to resume, and a folder, are required. */
  public static Builder builder(SparkContext spark) {
    return new Builder(spark);
  }

  /** The run's folder, as a path or a URI. */
  public String folder() {
    return place.folder();
  }

  /** How many workers train together. */
  public int workers() {
    return workers;
  }

  /**
   * Trains to the end or until {@link #stop}.
   *
   * @throws UsageException for options or data that do not fit
   * @throws EmanException if the run fails, or this thread is interrupted; the last checkpoint is
   *     kept
   */
  public Outcome run() {
    if (options != null) {
      place.checkUnused();
    } else {
      place.checkRun();
    }
    place.forgetStop(); // Before the wait, in which it may be asked for.
    Slots.await(spark, workers, patience);
    TrainingOptions packed = options == null || images == null ? options : packed(options, images);
    try (RunningTasks running = RunningTasks.open(spark)) {
      return train(packed, running);
    }
  }

  private Outcome train(@Nullable TrainingOptions packed, RunningTasks running) {
    String before = place.progress();
    int without = 0;
    while (true) {
      try {
        Outcome ended = outcome(TrainingStage.run(spark, workers, assignment(packed), output));
        place.forgetStop();
        return ended;
      } catch (InterruptedException e) {
        throw running.interrupted(
            e, "training " + place.folder() + "; its workers finish their step and save");
      } catch (CancellationException e) {
        LOG.warn(
            "{}; waiting until the workers have finished their step and saved", e.getMessage());
        if (!running.awaitNone(SAVING)) {
          throw new EmanException(
              "the run was stopped, but its workers have not ended within "
                  + SAVING.toSeconds()
                  + " s; what counts is its last checkpoint",
              e);
        }
        return Outcome.STOPPED;
      } catch (StageLostException e) {
        String now = place.progress();
        without = now.equals(before) ? without + 1 : 1;
        before = now;
        if (without >= ATTEMPTS) {
          throw new EmanException(
              String.format(
                  Locale.ROOT,
                  "the workers were lost %d times without a new checkpoint in between; the last"
                      + " time: %s",
                  without,
                  e.getMessage()),
              e);
        }
        LOG.warn("{}; starting the stage again", e.getMessage());
        Slots.await(spark, workers, patience);
      }
    }
  }

  /** Packs the images beside the run's files. */
  private TrainingOptions packed(TrainingOptions options, ImagePacking images) {
    String packed = place.folder() + "/" + IMAGES;
    output.accept("packing images into " + packed);
    ImagePacking.Packed written =
        images.keepCorrupt(options.data().corruptImages() == CorruptImages.SKIP).pack(packed, true);
    output.accept(
        String.format(
            Locale.ROOT, "packed %,d images, %,d bytes", written.images(), written.bytes()));
    return OptionTexts.of(options).with(DataOptions.DATASET, packed).resolve();
  }

  /**
   * What workers are told.
   *
   * @param options of a new run
   */
  WorkerAssignment assignment(@Nullable TrainingOptions options) {
    return new WorkerAssignment(
        options == null ? null : OptionTexts.toYaml(options),
        changes.yaml(),
        rebuildMetrics,
        place.folder(),
        leader);
  }

  private static Outcome outcome(WorkerResult result) throws StageLostException {
    return switch (result.kind()) {
      case FINISHED -> Outcome.FINISHED;
      case STOPPED -> Outcome.STOPPED;
      case MISTAKE -> throw new UsageException(result.message());
      case FAILED -> throw new EmanException(result.message());
      // Nobody says why: a connection was lost, which may hold the next time.
      case FOLLOWED -> throw new StageLostException(result.message(), null);
    };
  }

  /**
   * Ends the run after the current step, with a checkpoint; from any thread. While {@link #run}
   * waits for the cluster, after the first steps; before it is called, this has no effect.
   */
  public void stop() {
    place.requestStop();
  }

  /** Collects the settings of a {@link SparkTraining}. */
  public static final class Builder {
    private final SparkContext spark;
    private int workers;
    private Duration patience = Duration.ofSeconds(60);
    private RunLeader leader = new PlainLeader();
    private Consumer<String> output = line -> LOG.info("{}", line);
    private @Nullable TrainingOptions options;
    private @Nullable ImagePacking images;
    private @Nullable String folder;
    private boolean numbered;
    private boolean resumes;
    private OptionTexts changes = OptionTexts.empty();
    private boolean rebuildMetrics;

    private Builder(SparkContext spark) {
      this.spark = spark;
    }

    /**
     * How many workers train together; 0, the default, for as many as the cluster has room for. The
     * workers of a run that is resumed share the parts that its batches have ({@code accumulate}).
     */
    @CanIgnoreReturnValue
    public Builder workers(int count) {
      checkArgument(count >= 0, "workers: expected at least 0, got %s", count);
      workers = count;
      return this;
    }

    /** How long to wait for the cluster to have room for all workers; 60 s by default. */
    @CanIgnoreReturnValue
    public Builder patience(Duration time) {
      checkArgument(!time.isNegative(), "patience: expected at least 0, got %s", time);
      patience = time;
      return this;
    }

    /** What the worker of rank 0 does beyond training. */
    @CanIgnoreReturnValue
    public Builder leader(RunLeader chosen) {
      leader = chosen;
      return this;
    }

    /** What is done with the lines that rank 0 prints; logged by default. */
    @CanIgnoreReturnValue
    public Builder output(Consumer<String> lines) {
      output = lines;
      return this;
    }

    /**
     * The options of a new run.
     *
     * @param chosen their batch is that of all workers together
     */
    @CanIgnoreReturnValue
    public Builder options(TrainingOptions chosen) {
      options = chosen;
      return this;
    }

    /**
     * The images of a new run, instead of the options' data set. They are packed into the folder
     * {@code images} of the run's, where the run finds them when it is resumed.
     *
     * @param packing which columns of which DataFrame they are
     */
    @CanIgnoreReturnValue
    public Builder images(ImagePacking packing) {
      images = packing;
      return this;
    }

    /** The run's folder: a path that is the same on all machines, or a URI of a file system. */
    @CanIgnoreReturnValue
    public Builder folder(String path) {
      folder = path;
      numbered = false;
      return this;
    }

    /** The run's folder, or the first free one of {@code PATH-2}, {@code PATH-3} and so on. */
    @CanIgnoreReturnValue
    public Builder numberedFolder(String path) {
      folder = path;
      numbered = true;
      return this;
    }

    /**
     * Resumes the run in the folder from its last checkpoint.
     *
     * @param others options that override the run's own
     * @param rebuild whether the metrics file may be damaged
     */
    @CanIgnoreReturnValue
    public Builder resume(OptionTexts others, boolean rebuild) {
      resumes = true;
      changes = others;
      rebuildMetrics = rebuild;
      return this;
    }

    /**
     * The training, which has not begun.
     *
     * @throws EmanException if the cluster, which is to say how many workers train, has no room for
     *     one in the time of {@link #patience}
     * @throws UsageException for options or settings of Spark that do not fit
     */
    public SparkTraining build() {
      checkState(folder != null, "folder: expected one, got none");
      checkState(
          resumes == (options == null),
          "expected either options or a run to resume, got %s",
          resumes ? "both" : "neither");
      checkState(!resumes || images == null, "images: expected none, as a run has its own");
      String chosen = numbered ? RunPlace.firstFree(folder, spark.hadoopConfiguration()) : folder;
      return new SparkTraining(this, options, chosen);
    }
  }
}
