package dev.eman.weights;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.model.ParameterTable;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Loads weights from a file into networks, by name. The names are torchvision's after any prefix,
 * which is detected unless given: DataParallel's {@code module.}, {@code module.encoder_q.} and
 * {@code module.encoder_k.} of MoCo, {@code module.online_net.backbone.} and {@code
 * module.target_net.backbone.} of BYOL, {@code module.main.} and {@code module.ema.} of FixMatch,
 * or another.
 */
public final class WeightImport {
  /** Which network to load, if a file has two. */
  public enum Role {
    /** The trained network: query encoder, online network, main network. */
    STUDENT,
    /** The averaged network: key encoder, target network, moving average. */
    TEACHER
  }

  private static final List<String> TEACHERS =
      List.of("encoder_k", "target_net", "target", "ema", "teacher", "momentum_encoder");

  private WeightImport() {}

  /**
   * Loads all tensors of a network from a file.
   *
   * @param network an initialised network, or a part of one; mutated
   * @param role which network of the file
   * @param prefix prefix of its names, such as {@code module.encoder_q.}; null to detect it
   * @return which tensors were loaded and which were left over
   * @throws EmanException if a tensor is missing, has another shape or cannot be read; the message
   *     lists them; then nothing is changed
   */
  public static ImportReport load(
      ComputationGraph network, TensorFile file, Role role, @Nullable String prefix) {
    ParameterTable table = ParameterTable.of(network);
    String chosen = prefix == null ? find(table, file, role) : given(table, file, prefix);
    ImportReport report = compare(table, file, chosen);
    if (!report.complete()) {
      throw new EmanException(
          String.format(
              "%s: expected the tensors of the network%s, found %s%nSpecify the backbone of"
                  + " these weights, or the prefix of its names%s",
              file.path(),
              chosen.isEmpty() ? "" : " below " + chosen,
              report,
              hint(find(table, file, role), chosen)));
    }
    // Reads all tensors once before loading the first, because the last may be damaged. A second
    // reading costs time, but a copy would cost memory.
    for (ParameterTable.Entry entry : table.entries()) {
      checkLayout(network, entry);
      file.read(chosen + WeightNames.torchName(entry), (values, count) -> {});
    }
    for (ParameterTable.Entry entry : table.entries()) {
      read(entry, file, chosen + WeightNames.torchName(entry), table.vector());
    }
    return report;
  }

  private static String hint(String best, String chosen) {
    return best.equals(chosen) || best.isEmpty() ? "" : ", such as " + best;
  }

  /** Compares names and shapes without reading or changing anything. */
  private static ImportReport compare(ParameterTable table, TensorFile file, String prefix) {
    ImmutableList.Builder<String> loaded = ImmutableList.builder();
    ImmutableList.Builder<String> missing = ImmutableList.builder();
    ImmutableList.Builder<String> misshapen = ImmutableList.builder();
    Set<String> wanted = new HashSet<>();
    for (ParameterTable.Entry entry : table.entries()) {
      String name = prefix + WeightNames.torchName(entry);
      TensorInfo info = file.tensors().get(name);
      wanted.add(name);
      if (info == null) {
        missing.add(name);
      } else if (!info.shape().equals(WeightNames.torchShape(entry))) {
        misshapen.add(
            name + " (expected " + WeightNames.torchShape(entry) + ", found " + info.shape() + ")");
      } else {
        loaded.add(name);
      }
    }
    ImmutableList<String> surplus =
        file.tensors().keySet().stream()
            .filter(name -> name.startsWith(prefix) && !wanted.contains(name))
            .filter(name -> !name.endsWith(WeightNames.COUNTER))
            .collect(ImmutableList.toImmutableList());
    return new ImportReport(prefix, loaded.build(), missing.build(), misshapen.build(), surplus);
  }

  /** The prefix under which most of the network's names are found; among several, the role's. */
  private static String find(ParameterTable table, TensorFile file, Role role) {
    Map<String, Integer> counts = new HashMap<>();
    for (ParameterTable.Entry entry : table.entries()) {
      String name = WeightNames.torchName(entry);
      for (String prefix : prefixes(file, name)) {
        counts.merge(prefix, 1, Integer::sum);
      }
    }
    return counts.keySet().stream()
        .max(
            Comparator.<String>comparingInt(prefix -> counts.getOrDefault(prefix, 0))
                .thenComparing(prefix -> isTeacher(prefix) == (role == Role.TEACHER))
                .thenComparing(Comparator.comparingInt(String::length).reversed())
                .thenComparing(Comparator.<String>naturalOrder().reversed()))
        .orElse("");
  }

  /** A prefix as given, or after the name of the dictionary that holds all weights. */
  private static String given(ParameterTable table, TensorFile file, String prefix) {
    String dotted = prefix.isEmpty() || prefix.endsWith(".") ? prefix : prefix + ".";
    if (dotted.isEmpty()) {
      return dotted;
    }
    Set<String> found = new LinkedHashSet<>();
    for (ParameterTable.Entry entry : table.entries()) {
      for (String candidate : prefixes(file, WeightNames.torchName(entry))) {
        if (candidate.equals(dotted) || candidate.endsWith("." + dotted)) {
          found.add(candidate);
        }
      }
    }
    return found.contains(dotted) || found.isEmpty() ? dotted : found.iterator().next();
  }

  private static List<String> prefixes(TensorFile file, String name) {
    List<String> prefixes = new ArrayList<>();
    for (String there : file.tensors().keySet()) {
      if (there.equals(name) || there.endsWith("." + name)) {
        prefixes.add(there.substring(0, there.length() - name.length()));
      }
    }
    return prefixes;
  }

  private static boolean isTeacher(String prefix) {
    return TEACHERS.stream().anyMatch(t -> ("." + prefix).contains("." + t + "."));
  }

  /**
   * DL4J's [in, out] in f order is PyTorch's [out, in] in c order: the elements are in the same
   * order.
   */
  private static void checkLayout(ComputationGraph network, ParameterTable.Entry entry) {
    boolean vector = WeightNames.torchShape(entry).size() == 1;
    char expected = WeightNames.isMatrix(entry) ? 'f' : 'c';
    if (!vector && network.getParam(entry.name()).ordering() != expected) {
      throw new IllegalStateException("layout of " + entry.name());
    }
  }

  private static void read(
      ParameterTable.Entry entry, TensorFile file, String name, INDArray target) {
    long[] at = {entry.offset()};
    FloatBuffer memory = hostMemory(target);
    try {
      file.read(
          name,
          (values, count) -> {
            if (memory != null) {
              memory.put((int) at[0], values, 0, count);
            } else {
              float[] block = count == values.length ? values : Arrays.copyOf(values, count);
              target
                  .get(NDArrayIndex.interval(at[0], at[0] + count))
                  .assign(Nd4j.createFromArray(block));
            }
            at[0] += count;
          });
    } finally {
      Reference.reachabilityFence(target);
    }
  }

  /**
   * The vector's own memory, or null if the host cannot access it or it exceeds a buffer's size.
   */
  private static @Nullable FloatBuffer hostMemory(INDArray vector) {
    return Nd4j.getEnvironment().isCPU()
            && vector.dataType() == DataType.FLOAT
            && vector.offset() == 0
            && vector.length() < Integer.MAX_VALUE / Float.BYTES
        ? vector.data().asNioFloat()
        : null;
  }
}
