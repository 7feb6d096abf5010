package dev.eman.benchmarks.sweep;

import com.google.common.collect.ImmutableList;
import dev.eman.train.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps of two by two cells, and finished runs of theirs. */
abstract class SweepFixture {
  static final String COMPARE =
      """
      compare: {axis: method, value: '=EMAN | FixMatch', with: [supervised]}
      """;

  static final String SWEEP =
      """
      title: two by two
      seeds: 3
      grid:
        labels:
          1%: {labels: 1%}
          40/class: {labels: 40/class}
        method:
          supervised: {algorithm: supervised}
          '=EMAN | FixMatch': {algorithm: fixmatch}
      """;

  @TempDir Path folder;
  Path root = Path.of(".");
  String measuredBy = RunRecord.Measurement.CLASSIFIER;
  String dataFingerprint = "data";
  long steps = 50;
  SweepFile sweep =
      new SweepFile("", ImmutableList.of(), ImmutableList.of(), ImmutableList.of(), null);

  @BeforeEach
  void read() throws IOException {
    root = Files.createDirectories(folder.resolve("out"));
    sweep = sweep(SWEEP);
  }

  SweepFile sweep(String yaml) throws IOException {
    Path file = folder.resolve("sweep.yaml");
    Files.writeString(file, yaml);
    return SweepFile.read(file, Map.of(), 0);
  }

  /** A finished run; without a teacher for a negative accuracy. */
  void finish(int cell, long seed, double student, double teacher) throws IOException {
    SweepRun run = SweepRun.of(sweep.cells().get(cell), seed, root);
    Files.createDirectories(run.folder());
    new RunRecord(
            run.name(),
            new RunRecord.Training(
                "fixmatch", seed, steps, "eman", 60.0 * (seed + 1), Instant.EPOCH, 1),
            new RunRecord.Data(
                "cifar10/train", dataFingerprint, List.of("cat", "dog"), "split", "hash", null),
            null,
            new RunRecord.Measurement("test", measuredBy, "test set", null),
            new RunRecord.Program("1", "commit", "backend"),
            new RunRecord.Results(
                null,
                null,
                "test",
                student,
                teacher < 0 ? null : teacher,
                new RunRecord.Scores(student, 1, 0.5, 0.25),
                teacher < 0 ? null : new RunRecord.Scores(teacher, 1, teacher - 0.01, 0.5)),
            ImmutableList.of())
        .write(run.files());
  }

  SweepTable table() {
    return new SweepTable(new SweepResults(sweep, root, List.of()));
  }

  void finishSome() throws IOException {
    finish(0, 0, 0.5, -1);
    finish(0, 1, 0.54, -1);
    finish(1, 2, 0.625, 0.75);
    finish(3, 0, 0.9, 0.91);
  }

  /** Metrics of a run that is evaluated at steps 2 and 4, in per mille. */
  void metrics(int cell, long seed, String at2, String at4) throws IOException {
    Files.writeString(
        SweepRun.of(sweep.cells().get(cell), seed, root).files().metrics(),
        "step,loss,student_top1,teacher_top1\n1,1,,\n2,1," + at2 + "\n3,1,,\n4,1," + at4 + "\n");
  }
}
