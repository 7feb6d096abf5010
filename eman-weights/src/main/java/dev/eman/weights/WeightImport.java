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
 * Sets networks to the weights of a file, by name. The names are torchvision's behind any prefix,
 * which is found where it is not given: DataParallel's {@code module.}, {@code module.encoder_q.}
 * and {@code module.encoder_k.} of MoCo, {@code module.online_net.backbone.} and {@code
 * module.target_net.backbone.} of BYOL, {@code module.main.} and {@code module.ema.} of FixMatch,
 * or another.
 */
public final class WeightImport {
  /** Which of both networks, where a file has two. */
  public enum Role {
    /** The one that learns: query encoder, online network, main network. */
    STUDENT,
    /** The one that follows: key encoder, target network, moving average. */
    TEACHER
  }

  private static final List<String> TEACHERS =
      List.of("encoder_k", "target_net", "target", "ema", "teacher", "momentum_encoder");

  private WeightImport() {}

  /**
   * Takes all tensors of a network from a file.
   *
   * @param network an initialised network, or the part of one that is wanted; mutated
   * @param role which network of the file
   * @param prefix what its names begin with, such as {@code module.encoder_q.}; null to find it
   * @return what was taken and what was left over
   * @throws EmanException with a list if a tensor is missing or has another shape, and if one
   *     cannot be read; nothing is changed then
   */
  public static ImportReport load(
      ComputationGraph network, TensorFile file, Role role, @Nullable String prefix) {
    ParameterTable table = ParameterTable.of(network);
    String chosen = prefix == null ? find(table, file, role) : given(table, file, prefix);
    ImportReport report = compare(table, file, chosen);
    if (!report.complete()) {
      throw new EmanException(
          String.format(
              "%s: expected the tensors of the network%s, found %s%nName the backbone that these"
                  + " weights are of, or the prefix of its names%s",
              file.path(),
              chosen.isEmpty() ? "" : " below " + chosen,
              report,
              hint(find(table, file, role), chosen)));
    }
    // All of them once before the first is taken: the last one may turn out to be damaged. It costs
    // a
    // second reading, where a copy would cost memory.
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

  /** The prefix under which most of the network's names are found; the role's where several are. */
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

  /** A prefix as it is, or behind the dictionary that all weights are in. */
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

  /** DL4J's [in, out] in f order is PyTorch's [out, in] in c order: elements keep their order. */
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

  /** The vector's own memory, or null where the host does not reach it or a buffer is too short. */
  private static @Nullable FloatBuffer hostMemory(INDArray vector) {
    return Nd4j.getEnvironment().isCPU()
            && vector.dataType() == DataType.FLOAT
            && vector.offset() == 0
            && vector.length() < Integer.MAX_VALUE / Float.BYTES
        ? vector.data().asNioFloat()
        : null;
  }
}
