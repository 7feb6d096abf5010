package dev.eman.benchmarks.sweep;

import com.google.common.collect.ImmutableMap;
import dev.eman.report.AccuracyCurve;
import dev.eman.train.RunRecord;
import dev.eman.train.options.Network;
import java.nio.file.Files;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What one finished run came to. Accuracies are in percent.
 *
 * @param student top-1 on the test set; null if nothing was measured
 * @param teacher the teacher's; null if there is none
 * @param balanced balanced accuracy of the network that is {@link #compared}; null if an early
 *     version trained the run
 * @param macroF1 of the same network; null like {@code balanced}
 * @param steps number of completed steps
 * @param minutes training time
 * @param measuredBy how accuracies were measured, as in {@link RunRecord.Measurement}
 * @param commit of the sources that trained it
 * @param dataFingerprint of its training images; null in a table of an early version
 * @param evaluations top-1 while it trained, by step, of the networks that were evaluated
 */
record SweepResult(
    @Nullable Double student,
    @Nullable Double teacher,
    @Nullable Double balanced,
    @Nullable Double macroF1,
    long steps,
    double minutes,
    String measuredBy,
    String commit,
    @Nullable String dataFingerprint,
    ImmutableMap<Network, ImmutableMap<Double, Double>> evaluations) {
  /** Reads a finished run's folder. */
  static SweepResult of(SweepRun run) {
    RunRecord record = run.record();
    RunRecord.Results results = record.results();
    RunRecord.Scores scores = results.test(Network.TEACHER);
    if (scores == null) {
      scores = results.test(Network.STUDENT);
    }
    return new SweepResult(
        percent(results.testTop1(Network.STUDENT)),
        percent(results.testTop1(Network.TEACHER)),
        scores == null ? null : Double.valueOf(100 * scores.balancedAccuracy()),
        scores == null ? null : Double.valueOf(100 * scores.macroF1()),
        record.training().steps(),
        record.training().trainingSeconds() / 60,
        record.measurement().measuredBy(),
        record.program().commit(),
        record.data().dataFingerprint(),
        Files.exists(run.files().metrics())
            ? AccuracyCurve.evaluations(run.folder())
            : ImmutableMap.of());
  }

  /** Whether both are of one run, though only one may know its images. */
  boolean isSame(SweepResult other) {
    return other.dataFingerprint == null
        ? withFingerprint(null).equals(other)
        : equals(dataFingerprint == null ? other.withFingerprint(null) : other);
  }

  private SweepResult withFingerprint(@Nullable String fingerprint) {
    return new SweepResult(
        student,
        teacher,
        balanced,
        macroF1,
        steps,
        minutes,
        measuredBy,
        commit,
        fingerprint,
        evaluations);
  }

  private static @Nullable Double percent(OptionalDouble fraction) {
    return fraction.isPresent() ? 100 * fraction.getAsDouble() : null;
  }

  /** Top-1 of one network; null if there is none. */
  @Nullable Double top1(Network network) {
    return network == Network.STUDENT ? student : teacher;
  }

  /**
   * Top-1 of the network that a sweep compares: the teacher if there is one, also where it needs
   * its batch and the student would be deployed, since teachers are what these tables are about.
   */
  @Nullable Double compared() {
    return teacher == null ? student : teacher;
  }

  /** Whether accuracies are those of the networks' own classifiers. */
  boolean isOfClassifier() {
    return measuredBy.equals(RunRecord.Measurement.CLASSIFIER);
  }
}
