package dev.eman.core.train;

import static dev.eman.core.train.CheckpointFormat.STATE;

import dev.eman.core.EmanException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An algorithm's own arrays in a checkpoint.
 *
 * @param file for messages
 * @param parts of the checkpoint, by name
 * @param described the lines of {@link Tensors#describe(Map)}; null in files that do not have them,
 *     which hold integers as float32
 */
record SavedState(Path file, Map<String, byte[]> parts, @Nullable List<String> described) {
  /**
   * Compares the arrays with an algorithm's.
   *
   * @throws EmanException if one is missing, is another one, or there are more
   */
  void check(Map<String, INDArray> state) {
    state.forEach(this::check);
    List<String> surplus =
        parts.keySet().stream()
            .filter(part -> part.startsWith(STATE))
            .map(part -> part.substring(STATE.length()))
            .filter(name -> !state.containsKey(name))
            .toList();
    if (!surplus.isEmpty()) {
      throw ofAnotherAlgorithm(
          state.isEmpty() ? "none" : String.join(", ", state.keySet()),
          Checkpoint.shortened(surplus) + " too");
    }
  }

  private void check(String name, INDArray array) {
    long found = Checkpoint.part(file, parts, STATE + name).length;
    String expected = Tensors.describe(name, array);
    if (described != null && !described.contains(expected)) {
      throw ofAnotherAlgorithm(
          expected,
          described.stream()
              .filter(line -> line.startsWith(name + " ["))
              .findFirst()
              .orElse("no word of it"));
    }
    Checkpoint.checkBytes(
        file, STATE + name, found, array.length() * Tensors.bytes(written(array.dataType())));
  }

  private DataType written(DataType type) {
    return described == null && Tensors.isInteger(type) ? DataType.FLOAT : type;
  }

  private EmanException ofAnotherAlgorithm(String expected, String found) {
    return new EmanException(
        String.format(
            Locale.ROOT,
            "%s is of another algorithm: of its state, expected %s, found %.200s; use the"
                + " configuration that it was trained with",
            file,
            expected,
            found));
  }

  /** Overwrites an array of the algorithm. */
  void read(String name, INDArray array) {
    byte[] content = Checkpoint.part(file, parts, STATE + name);
    DataType type = written(array.dataType());
    if (type == array.dataType() || array.isEmpty()) {
      Tensors.read(content, array);
    } else {
      INDArray values = Nd4j.createUninitialized(type, array.shape(), 'c');
      Tensors.read(content, values);
      array.assign(values);
    }
  }
}
