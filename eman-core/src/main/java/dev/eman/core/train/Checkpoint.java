package dev.eman.core.train;

import static dev.eman.core.train.CheckpointFormat.NAMES;
import static dev.eman.core.train.CheckpointFormat.OPTIMIZER;
import static dev.eman.core.train.CheckpointFormat.STATES;
import static dev.eman.core.train.CheckpointFormat.STUDENT;
import static dev.eman.core.train.CheckpointFormat.TEACHER;
import static dev.eman.core.train.CheckpointFormat.UPDATES;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.nn.TeacherStatistics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The state of a run in one file: student, teacher, optimiser, the algorithm's own state, counters,
 * and text that the caller adds. The file is a zip archive of text and little-endian numbers, each
 * part with its checksum. It is written beside its place and renamed, so there is always a complete
 * one.
 */
public final class Checkpoint {
  /** A ResNet-50 takes 12 KiB. */
  private static final int LONGEST_NAMES = 2 << 20;

  private final Path file;
  private final CheckpointFacts facts;
  private final Map<String, byte[]> parts;

  Checkpoint(Path file, Map<String, String> metadata, Map<String, byte[]> parts) {
    this.file = file;
    this.facts = new CheckpointFacts(file, metadata, parts.containsKey(TEACHER));
    this.parts = parts;
  }

  /**
   * Writes a run's state.
   *
   * @param file to create or replace; its folder must exist
   * @param position in the data, {@link dev.eman.core.data.BatchSource#position}
   * @param metadata text by name, such as the configuration; {@link #metadata} of another one, too:
   *     its counters ({@code steps}, {@code data_position}, {@code teacher_updates}) and its {@code
   *     teacher_statistics} are replaced by the state's own
   * @throws EmanException if the disk is full, the folder cannot be written to, or an array takes 2
   *     GiB or more (integers and booleans take 8 bytes each); an existing file is left as it was
   * @throws IllegalStateException if the algorithm's state could not be restored, see {@link
   *     StudentTeacherAlgorithm#savedState}; likewise
   */
  public static void write(
      Path file, StudentTeacherAlgorithm algorithm, long position, Map<String, String> metadata) {
    CheckpointWriter.write(file, algorithm, position, metadata);
  }

  /**
   * Reads a file completely and verifies its checksums.
   *
   * @throws EmanException if the file is missing, truncated, damaged or no checkpoint
   */
  public static Checkpoint read(Path file) {
    return CheckpointReader.read(file);
  }

  /**
   * Reads the content of a file, which may come from anywhere, as {@link #read(Path)} does.
   *
   * @param name of the file, for messages; what lies there, if anything, is not read
   * @throws EmanException if it is truncated, damaged or no checkpoint
   */
  public static Checkpoint read(byte[] content, Path name) {
    return CheckpointReader.read(content, name);
  }

  /** What it says beside the arrays. */
  public CheckpointFacts facts() {
    return facts;
  }

  /** See {@link CheckpointFacts#metadata}. */
  public ImmutableMap<String, String> metadata() {
    return facts.metadata();
  }

  /** See {@link CheckpointFacts#require}. */
  public String require(String name) {
    return facts.require(name);
  }

  /** See {@link CheckpointFacts#steps}. */
  public long steps() {
    return facts.steps();
  }

  /** See {@link CheckpointFacts#position}. */
  public long position() {
    return facts.position();
  }

  /** See {@link CheckpointFacts#hasTeacher}. */
  public boolean hasTeacher() {
    return facts.hasTeacher();
  }

  /** See {@link CheckpointFacts#teacherStatistics}. */
  public Optional<TeacherStatistics> teacherStatistics() {
    return facts.teacherStatistics();
  }

  /**
   * Restores the state of the run.
   *
   * @param algorithm of the same architecture; mutated
   * @throws EmanException if the architecture, the kind of teacher or the algorithm differs, as far
   *     as the file says; nothing is changed then
   * @throws IllegalStateException if the algorithm's state cannot be overwritten, see {@link
   *     StudentTeacherAlgorithm#savedState}; likewise
   */
  public void restore(StudentTeacherAlgorithm algorithm) {
    ParameterTable student = algorithm.student().parameters();
    ParameterTable teacher = algorithm.teacher() == null ? null : algorithm.teacher().parameters();
    checkNames(STUDENT, student);
    if ((teacher != null) != hasTeacher()) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected a checkpoint %s a teacher, found one %s",
              file,
              teacher != null ? "with" : "without",
              hasTeacher() ? "with" : "without"));
    }
    if (teacher != null && algorithm.teacher() != null) {
      checkNames(TEACHER, teacher);
      checkStatistics(algorithm.teacher().statistics());
    }
    SavedState state = state();
    Map<String, INDArray> own = algorithm.savedState();
    state.check(own);
    check(OPTIMIZER, algorithm.student().optimizerState());
    long steps = steps();
    long updates = algorithm.teacherUpdate() == null ? 0 : facts.number(UPDATES);
    Tensors.read(part(STUDENT), student.vector());
    Tensors.read(part(OPTIMIZER), algorithm.student().optimizerState());
    algorithm.student().parametersChanged();
    if (teacher != null && algorithm.teacher() != null) {
      Tensors.read(part(TEACHER), teacher.vector());
      algorithm.teacher().parametersChanged();
    }
    own.forEach(state::read);
    algorithm.setSteps(steps);
    if (algorithm.teacherUpdate() != null) {
      algorithm.teacherUpdate().setUpdates(updates);
    }
  }

  /**
   * Loads the parameters and statistics of one network.
   *
   * @param teacher whether to take the teacher's rather than the student's
   * @param parameters of the network; mutated
   * @throws EmanException if the architecture differs, or there is no teacher
   */
  public void load(boolean teacher, ParameterTable parameters) {
    String name = teacher ? TEACHER : STUDENT;
    if (teacher && !hasTeacher()) {
      throw new EmanException(file + ": expected a checkpoint with a teacher, found none in it");
    }
    checkNames(name, parameters);
    Tensors.read(part(name), parameters.vector());
  }

  /**
   * Loads a part of a network, such as a backbone without its head, by the names of its tensors.
   *
   * @param teacher whether to take the teacher's rather than the student's
   * @param parameters of the part; mutated
   * @throws EmanException with all names if any of the tensors is not in the checkpoint, or has
   *     another shape; nothing is changed then
   */
  public void loadPart(boolean teacher, ParameterTable parameters) {
    String which = teacher ? TEACHER : STUDENT;
    if (teacher && !hasTeacher()) {
      throw new EmanException(file + ": expected a checkpoint with a teacher, found none in it");
    }
    byte[] numbers = part(which);
    Map<String, Tensors.Place> there = Tensors.places(names(which));
    List<String> wrong = new ArrayList<>();
    long bytes = Tensors.bytes(parameters.dataType());
    for (ParameterTable.Entry entry : parameters.entries()) {
      Tensors.Place place = there.get(entry.name());
      if (place == null) {
        wrong.add(entry.name() + " (missing)");
      } else if (!place.shape().equals(entry.shape().toString())
          || place.type() != parameters.dataType()
          || (place.offset() + entry.length()) * bytes > numbers.length) {
        wrong.add(
            String.format(
                Locale.ROOT,
                "%s (expected %s %s, found %s %s)",
                entry.name(),
                entry.shape(),
                parameters.dataType(),
                place.shape(),
                place.type()));
      }
    }
    if (!wrong.isEmpty()) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected the tensors of the wanted network, found a difference in %d of %d: %s;"
                  + " name the backbone that it was trained with",
              file,
              wrong.size(),
              parameters.entries().size(),
              shortened(wrong)));
    }
    for (ParameterTable.Entry entry : parameters.entries()) {
      int from = Math.toIntExact(requireNonNull(there.get(entry.name())).offset() * bytes);
      int to = from + Math.toIntExact(entry.length() * bytes);
      Tensors.read(
          Arrays.copyOfRange(numbers, from, to),
          parameters
              .vector()
              .get(NDArrayIndex.interval(entry.offset(), entry.offset() + entry.length())));
    }
  }

  static String shortened(List<String> names) {
    int shown = 8;
    return String.join(", ", names.subList(0, Math.min(shown, names.size())))
        + (names.size() > shown ? ", and " + (names.size() - shown) + " more" : "");
  }

  private void checkNames(String which, ParameterTable parameters) {
    String expected = Tensors.describe(parameters);
    String found = names(which);
    if (!expected.equals(found)) {
      throw new EmanException(
          file
              + " is of another architecture: the "
              + which
              + Tensors.firstDifference(expected, found)
              + "; use the configuration that it was trained with");
    }
    check(which, parameters.vector());
  }

  /** The description written by {@link Tensors#describe}. */
  private String names(String which) {
    byte[] text = part(which + NAMES);
    if (text.length > LONGEST_NAMES) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "the checkpoint %s is damaged: expected at most %d bytes of tensors' names, found %d",
              file,
              LONGEST_NAMES,
              text.length));
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private void checkStatistics(TeacherStatistics expected) {
    teacherStatistics()
        .filter(found -> found != expected)
        .ifPresent(
            found -> {
              throw new EmanException(
                  String.format(
                      Locale.ROOT,
                      "%s: expected a teacher with the statistics %s, found %s; use the"
                          + " configuration that it was trained with",
                      file,
                      expected,
                      found));
            });
  }

  private void check(String name, INDArray array) {
    checkBytes(file, name, part(name).length, array.length() * Tensors.bytes(array.dataType()));
  }

  static void checkBytes(Path file, String name, long found, long expected) {
    if (found != expected) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected %d bytes of %s, found %d; it is of another network or algorithm",
              file,
              expected,
              name,
              found));
    }
  }

  /** The algorithm's own. */
  private SavedState state() {
    return new SavedState(
        file,
        parts,
        parts.containsKey(STATES + NAMES)
            ? Splitter.on('\n').omitEmptyStrings().splitToList(names(STATES))
            : null);
  }

  private byte[] part(String name) {
    return part(file, parts, name);
  }

  static byte[] part(Path file, Map<String, byte[]> parts, String name) {
    byte @Nullable [] part = parts.get(name);
    if (part == null) {
      throw new EmanException(
          "the checkpoint " + file + " has no " + name + "; it is of another algorithm");
    }
    return part;
  }
}
