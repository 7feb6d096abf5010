package dev.eman.core.train;

import static dev.eman.core.train.CheckpointFormat.POSITION;
import static dev.eman.core.train.CheckpointFormat.STATISTICS;
import static dev.eman.core.train.CheckpointFormat.STEPS;

import com.google.common.base.Enums;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Longs;
import dev.eman.core.EmanException;
import dev.eman.core.nn.TeacherStatistics;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a {@link Checkpoint} says beside its arrays: counters, and text that the caller added. */
public final class CheckpointFacts {
  private final Path file;
  private final ImmutableMap<String, String> metadata;
  private final boolean teacher;

  CheckpointFacts(Path file, Map<String, String> metadata, boolean teacher) {
    this.file = file;
    this.metadata = ImmutableMap.copyOf(metadata);
    this.teacher = teacher;
  }

  /**
   * Reads them from a file without its arrays, which may be damaged: {@link Checkpoint#read(Path)}
   * would find that.
   *
   * @throws EmanException if the file is missing, truncated or no checkpoint, or the text in it is
   *     damaged
   */
  public static CheckpointFacts read(Path file) {
    return CheckpointReader.readFacts(file);
  }

  /** Text by name, as given to {@link Checkpoint#write}, and counters. */
  public ImmutableMap<String, String> metadata() {
    return metadata;
  }

  /**
   * Metadata that must be present.
   *
   * @throws EmanException if it is not
   */
  public String require(String name) {
    String value = metadata.get(name);
    if (value == null) {
      throw new EmanException("the checkpoint " + file + " has no " + name);
    }
    return value;
  }

  /** Number of steps that the run had done. */
  public long steps() {
    return number(STEPS);
  }

  /** Position in the data, to resume it from. */
  public long position() {
    return number(POSITION);
  }

  long number(String name) {
    Long number = Longs.tryParse(require(name));
    if (number == null || number < 0) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected %s to be a number from 0 on, found %.80s",
              file,
              name,
              require(name)));
    }
    return number;
  }

  /** Whether the checkpoint contains a teacher. */
  public boolean hasTeacher() {
    return teacher;
  }

  /**
   * What the teacher's normalisation uses in inference. A teacher of {@link
   * TeacherStatistics#BATCH} has no statistics of its own to be used without a batch.
   *
   * @return nothing without a teacher, and in files of versions that did not record it
   * @throws EmanException if something else is recorded
   */
  public Optional<TeacherStatistics> teacherStatistics() {
    String recorded = metadata.get(STATISTICS);
    if (recorded == null) {
      return Optional.empty();
    }
    return Optional.of(
        Enums.getIfPresent(TeacherStatistics.class, recorded)
            .toJavaUtil()
            .orElseThrow(
                () ->
                    new EmanException(
                        String.format(
                            Locale.ROOT,
                            "%s: expected %s to be one of %s, found %.80s",
                            file,
                            STATISTICS,
                            Arrays.toString(TeacherStatistics.values()),
                            recorded))));
  }
}
