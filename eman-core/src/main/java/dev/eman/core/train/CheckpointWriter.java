package dev.eman.core.train;

import static dev.eman.core.train.CheckpointFormat.FORMAT;
import static dev.eman.core.train.CheckpointFormat.META;
import static dev.eman.core.train.CheckpointFormat.NAMES;
import static dev.eman.core.train.CheckpointFormat.OPTIMIZER;
import static dev.eman.core.train.CheckpointFormat.POSITION;
import static dev.eman.core.train.CheckpointFormat.STATE;
import static dev.eman.core.train.CheckpointFormat.STATES;
import static dev.eman.core.train.CheckpointFormat.STATISTICS;
import static dev.eman.core.train.CheckpointFormat.STEPS;
import static dev.eman.core.train.CheckpointFormat.STUDENT;
import static dev.eman.core.train.CheckpointFormat.TEACHER;
import static dev.eman.core.train.CheckpointFormat.UPDATES;

import dev.eman.core.EmanException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.model.ParameterTable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Writes {@link Checkpoint}s: equal states are equal bytes. */
final class CheckpointWriter {
  /** At most three bytes each; the tensors' names have room beside them. */
  private static final int MOST_CHARACTERS = ZipParts.MOST_TEXT / 4;

  private CheckpointWriter() {}

  static void write(
      Path file, StudentTeacherAlgorithm algorithm, long position, Map<String, String> metadata) {
    write(file, algorithm, position, metadata, ZipParts.LARGEST);
  }

  /**
   * See {@link Checkpoint#write}.
   *
   * @param mostBytes that an array may take
   */
  static void write(
      Path file,
      StudentTeacherAlgorithm algorithm,
      long position,
      Map<String, String> metadata,
      long mostBytes) {
    Map<String, String> all = new TreeMap<>(metadata);
    all.put(STEPS, Long.toString(algorithm.steps()));
    all.put(POSITION, Long.toString(position));
    if (algorithm.teacher() != null) {
      all.put(STATISTICS, algorithm.teacher().statistics().name());
    }
    if (algorithm.teacherUpdate() != null) {
      all.put(UPDATES, Long.toString(algorithm.teacherUpdate().updates()));
    }
    long text = all.values().stream().mapToLong(String::length).sum();
    if (text > MOST_CHARACTERS) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "cannot write the checkpoint %s: its metadata has %d characters, and no more than %d"
                  + " could be read again",
              file,
              text,
              MOST_CHARACTERS));
    }
    arrays(algorithm).forEach((name, array) -> checkSize(file, name, array, mostBytes));
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

  /** All that are written, by their parts' names. */
  private static Map<String, INDArray> arrays(StudentTeacherAlgorithm algorithm) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    arrays.put(STUDENT, algorithm.student().parameters().vector());
    arrays.put(OPTIMIZER, algorithm.student().optimizerState());
    if (algorithm.teacher() != null) {
      arrays.put(TEACHER, algorithm.teacher().parameters().vector());
    }
    algorithm.savedState().forEach((name, array) -> arrays.put(STATE + name, array));
    return arrays;
  }

  /** Parts are read into Java's arrays. */
  private static void checkSize(Path file, String name, INDArray array, long mostBytes) {
    long bytes = array.length() * Tensors.bytes(array.dataType());
    if (bytes > mostBytes) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "cannot write the checkpoint %s: %s, %s %s, takes %d bytes there, and no more than %d"
                  + " could be read again; an algorithm can keep its state in several arrays",
              file,
              name,
              array.dataType(),
              Arrays.toString(array.shape()),
              bytes,
              mostBytes));
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
    Map<String, INDArray> state = algorithm.savedState();
    if (!state.isEmpty()) {
      text(zip, STATES + NAMES, Tensors.describe(state));
    }
    for (Map.Entry<String, INDArray> entry : state.entrySet()) {
      numbers(zip, STATE + entry.getKey(), entry.getValue());
    }
    zip.finish();
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
