package dev.eman.core.train;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Longs;
import dev.eman.core.EmanException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.model.ParameterTable;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A run at one moment, in one file: student, teacher, optimiser, the algorithm's own state,
 * counters, and text that the caller adds. A zip archive of text and little-endian numbers, each
 * part with its checksum. Written beside its place and renamed, so there is always a whole one.
 */
public final class Checkpoint {
  private static final String FORMAT = "eman checkpoint 1";
  private static final String META = "meta/";
  private static final String NAMES = ".names";

  /** At most three bytes each; the tensors' names have room beside them. */
  private static final int MOST_CHARACTERS = ZipParts.MOST_TEXT / 4;

  /** A ResNet-50 takes 12 KiB. */
  private static final int LONGEST_NAMES = 2 << 20;

  private static final String STUDENT = "student";
  private static final String TEACHER = "teacher";
  private static final String OPTIMIZER = "optimizer";
  private static final String STATE = "state/";
  private static final String STEPS = "steps";
  private static final String UPDATES = "teacher_updates";
  private static final String POSITION = "data_position";

  private final Path file;
  private final ImmutableMap<String, String> metadata;
  private final Map<String, byte[]> parts;

  private Checkpoint(Path file, Map<String, String> metadata, Map<String, byte[]> parts) {
    this.file = file;
    this.metadata = ImmutableMap.copyOf(metadata);
    this.parts = parts;
  }

  /**
   * Writes a run's state.
   *
   * @param file to be made or replaced; its folder must exist
   * @param position of the data, as {@link dev.eman.core.data.BatchSource#position}
   * @param metadata text by name, such as the configuration
   * @throws EmanException if the disk is full or the folder cannot be written to; a former file is
   *     untouched then
   */
  public static void write(
      Path file, StudentTeacherAlgorithm algorithm, long position, Map<String, String> metadata) {
    Map<String, String> all = new TreeMap<>(metadata);
    all.put(STEPS, Long.toString(algorithm.steps()));
    all.put(POSITION, Long.toString(position));
    if (algorithm.teacherUpdate() != null) {
      all.put(UPDATES, Long.toString(algorithm.teacherUpdate().updates()));
    }
    long text = all.values().stream().mapToLong(String::length).sum();
    if (text > MOST_CHARACTERS) {
      throw new EmanException(
          String.format(
              "cannot write the checkpoint %s: its metadata has %d characters, and no more than %d"
                  + " could be read again",
              file, text, MOST_CHARACTERS));
    }
    try {
      AtomicFiles.write(file, out -> write(out, algorithm, all));
    } catch (IOException e) {
      throw new EmanException(
          "cannot write the checkpoint "
              + file
              + ": "
              + IoFailures.reason(e)
              + "; what was there before is untouched: see to the cause (room on the disk,"
              + " permission) and resume",
          e);
    }
  }

  private static void write(
      OutputStream out, StudentTeacherAlgorithm algorithm, Map<String, String> metadata)
      throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    zip.setLevel(0); // Weights do not compress.
    text(zip, "format", FORMAT);
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      text(zip, META + entry.getKey(), entry.getValue());
    }
    ParameterTable student = algorithm.student().parameters();
    text(zip, STUDENT + NAMES, Tensors.describe(student));
    numbers(zip, STUDENT, student.vector());
    numbers(zip, OPTIMIZER, algorithm.student().optimizerState());
    if (algorithm.teacher() != null) {
      ParameterTable teacher = algorithm.teacher().parameters();
      text(zip, TEACHER + NAMES, Tensors.describe(teacher));
      numbers(zip, TEACHER, teacher.vector());
    }
    for (Map.Entry<String, INDArray> entry : algorithm.savedState().entrySet()) {
      numbers(zip, STATE + entry.getKey(), entry.getValue());
    }
    zip.finish();
  }

  /**
   * Reads a file whole and checks it.
   *
   * @throws EmanException if it is missing, truncated, damaged or something else
   */
  public static Checkpoint read(Path file) {
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, byte[]> parts = new LinkedHashMap<>();
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
        ZipInputStream zip = new ZipInputStream(raw)) {
      ZipEntry first = zip.getNextEntry();
      if (first == null
          || !first.getName().equals("format")
          || !FORMAT.equals(new String(zip.readNBytes(64), StandardCharsets.UTF_8))) {
        throw new EmanException(
            "expected a checkpoint (" + FORMAT + ") at " + file + ", found another file");
      }
      ZipParts.rest(file, zip, first, Checkpoint::isText)
          .forEach(
              (name, content) -> {
                if (name.startsWith(META)) {
                  metadata.put(
                      name.substring(META.length()), new String(content, StandardCharsets.UTF_8));
                } else {
                  parts.put(name, content);
                }
              });
    } catch (NoSuchFileException e) {
      throw new EmanException("expected a checkpoint at " + file + ", found nothing", e);
    } catch (IOException | IllegalArgumentException e) {
      String what = e.getMessage() == null ? "it ends too early" : e.getMessage();
      throw new EmanException("the checkpoint " + file + " is truncated or damaged: " + what, e);
    }
    if (!metadata.containsKey(STEPS) || !parts.containsKey(STUDENT)) {
      throw new EmanException("the checkpoint " + file + " is truncated: parts are missing");
    }
    return new Checkpoint(file, metadata, parts);
  }

  private static boolean isText(String part) {
    return part.startsWith(META) || part.endsWith(NAMES);
  }

  /** Text by name, as given to {@link #write}, and counters. */
  public ImmutableMap<String, String> metadata() {
    return metadata;
  }

  /** Text that must be there. */
  public String require(String name) {
    String value = metadata.get(name);
    if (value == null) {
      throw new EmanException("the checkpoint " + file + " has no " + name);
    }
    return value;
  }

  /** How many steps the run had done. */
  public long steps() {
    return number(STEPS);
  }

  /** The data's position. */
  public long position() {
    return number(POSITION);
  }

  private long number(String name) {
    Long number = Longs.tryParse(require(name));
    if (number == null || number < 0) {
      throw new EmanException(
          String.format(
              "%s: expected %s to be a number from 0 on, found %.80s", file, name, require(name)));
    }
    return number;
  }

  /** Whether there is a teacher in it. */
  public boolean hasTeacher() {
    return parts.containsKey(TEACHER);
  }

  /**
   * Sets an algorithm to the state of the run.
   *
   * @throws EmanException if it is another architecture or algorithm; nothing is changed then
   */
  public void restore(StudentTeacherAlgorithm algorithm) {
    ParameterTable student = algorithm.student().parameters();
    ParameterTable teacher = algorithm.teacher() == null ? null : algorithm.teacher().parameters();
    checkNames(STUDENT, student);
    if ((teacher != null) != hasTeacher()) {
      throw new EmanException(
          String.format(
              "%s: expected a checkpoint %s a teacher, found one %s",
              file, teacher != null ? "with" : "without", hasTeacher() ? "with" : "without"));
    }
    if (teacher != null) {
      checkNames(TEACHER, teacher);
    }
    algorithm.savedState().forEach((name, array) -> check(STATE + name, array));
    check(OPTIMIZER, algorithm.student().optimizerState());
    long steps = steps();
    long updates = algorithm.teacherUpdate() == null ? 0 : number(UPDATES);
    Tensors.read(part(STUDENT), student.vector());
    Tensors.read(part(OPTIMIZER), algorithm.student().optimizerState());
    algorithm.student().parametersChanged();
    if (teacher != null && algorithm.teacher() != null) {
      Tensors.read(part(TEACHER), teacher.vector());
      algorithm.teacher().parametersChanged();
    }
    algorithm.savedState().forEach((name, array) -> Tensors.read(part(STATE + name), array));
    algorithm.setSteps(steps);
    if (algorithm.teacherUpdate() != null) {
      algorithm.teacherUpdate().setUpdates(updates);
    }
  }

  /**
   * Sets one network's parameters.
   *
   * @param teacher whether to take the teacher's rather than the student's
   * @param parameters of the network; mutated
   * @throws EmanException if it is another architecture, or there is no teacher
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
   * Sets a part of a network, a backbone without its head for example, by the tensors' names.
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
                "%s (expected %s %s, found %s %s)",
                entry.name(), entry.shape(), parameters.dataType(), place.shape(), place.type()));
      }
    }
    if (!wrong.isEmpty()) {
      throw new EmanException(
          String.format(
              "%s: expected the tensors of the wanted backbone, found a difference in %d of %d: %s;"
                  + " name the backbone that it was trained with",
              file, wrong.size(), parameters.entries().size(), shortened(wrong)));
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

  private static String shortened(List<String> names) {
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

  /** What {@link Tensors#describe} has written. */
  private String names(String which) {
    byte[] text = part(which + NAMES);
    if (text.length > LONGEST_NAMES) {
      throw new EmanException(
          String.format(
              "the checkpoint %s is damaged: expected at most %d bytes of tensors' names, found %d",
              file, LONGEST_NAMES, text.length));
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private void check(String name, INDArray array) {
    long expected = array.length() * Tensors.bytes(array.dataType());
    if (part(name).length != expected) {
      throw new EmanException(
          String.format(
              "%s: expected %d bytes of %s, found %d; it is of another network or algorithm",
              file, expected, name, part(name).length));
    }
  }

  private byte[] part(String name) {
    byte @Nullable [] part = parts.get(name);
    if (part == null) {
      throw new EmanException(
          "the checkpoint " + file + " has no " + name + "; it is of another algorithm");
    }
    return part;
  }

  private static void text(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(entry(name));
    zip.write(text.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  private static void numbers(ZipOutputStream zip, String name, INDArray array) throws IOException {
    zip.putNextEntry(entry(name));
    Tensors.write(array, zip);
    zip.closeEntry();
  }

  private static ZipEntry entry(String name) {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(0); // Equal states are equal files.
    return entry;
  }
}
