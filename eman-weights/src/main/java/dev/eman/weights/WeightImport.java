package dev.eman.weights;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.ImmutableSet.toImmutableSet;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.eman.core.EmanException;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TensorScan;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
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
 * {@code module.encoder_k.} of MoCo, {@code state_dict_ema.}, {@code teacher.module.backbone.}, or
 * another. The parts of an {@code nn.Sequential}, which have numbers for names, are taken in their
 * order; wide residual networks may be spelled as by most trainers of FixMatch.
 */
public final class WeightImport {
  /** Which network to load, if a file has two. */
  public enum Role {
    /** The trained network: query encoder, online network, main network. */
    STUDENT,
    /** The averaged network: key encoder, target network, moving average. */
    TEACHER
  }

  private static final int MOST_SHOWN = 8;

  private WeightImport() {}

  /**
   * Loads all tensors of a student's network from a file, as {@link #load(ComputationGraph,
   * TensorFile, Role, String)} does. The optimiser's state stays as it is.
   *
   * @param student mutated
   */
  public static ImportReport load(
      Student student, TensorFile file, @Nullable Role role, @Nullable String prefix) {
    ImportReport report = load(student.graph(), file, role, prefix);
    student.parametersChanged();
    return report;
  }

  /**
   * Loads all tensors of a teacher's network from a file, as {@link #load(ComputationGraph,
   * TensorFile, Role, String)} does.
   *
   * @param teacher mutated
   */
  public static ImportReport load(
      Teacher teacher, TensorFile file, @Nullable Role role, @Nullable String prefix) {
    ImportReport report = load(teacher.graph(), file, role, prefix);
    teacher.parametersChanged();
    return report;
  }

  /**
   * Loads all tensors of a network from a file.
   *
   * @param network an initialised network, or a part of one; mutated. Give a {@link Student} or
   *     {@link Teacher} itself instead: it must be told that its parameters changed, or its
   *     inference goes on with some of the old ones
   * @param role which network of the file; null for the trained one of two, or the only one
   * @param prefix prefix of its names, such as {@code module.encoder_q.}; null to find it by role
   * @return which tensors were loaded and which were left over
   * @throws EmanException if the names do not tell which network has the role; if a tensor is
   *     missing, has another shape, cannot be read, or holds a value that is not finite or a
   *     variance below zero, or if the file has further tensors in a part that the network has too,
   *     such as a third block of {@code layer1}; the message lists them; then nothing is changed
   */
  public static ImportReport load(
      ComputationGraph network, TensorFile file, @Nullable Role role, @Nullable String prefix) {
    ParameterTable table = ParameterTable.of(network);
    NetworkChoice choice = new NetworkChoice(shapes(table), file);
    NetworkChoice.Chosen chosen =
        prefix == null ? choice.byRole(role) : choice.byPrefix(prefix, role);
    ImportReport report = compare(table, file, chosen, choice.networks());
    if (!report.complete()) {
      throw incomplete(file, report, choice);
    }
    FileNetwork from = chosen.network();
    checkDepth(file, report, from);
    check(network, table, file, from);
    for (ParameterTable.Entry entry : table.entries()) {
      read(entry, file, from.name(WeightNames.torchName(entry)), table.vector());
    }
    return report;
  }

  private static ImmutableMap<String, ImmutableList<Long>> shapes(ParameterTable table) {
    ImmutableMap.Builder<String, ImmutableList<Long>> shapes = ImmutableMap.builder();
    for (ParameterTable.Entry entry : table.entries()) {
      shapes.put(WeightNames.torchName(entry), WeightNames.torchShape(entry));
    }
    return shapes.buildOrThrow();
  }

  private static EmanException incomplete(
      TensorFile file, ImportReport report, NetworkChoice choice) {
    String others =
        choice.networks().stream()
            .map(FileNetwork::prefix)
            .filter(prefix -> !prefix.equals(report.prefix()))
            .findFirst()
            .map(prefix -> ", such as " + prefix)
            .orElse("");
    return new EmanException(
        String.format(
            Locale.ROOT,
            "%s: expected the tensors of the network%s, found %s%s%nSpecify the backbone of these"
                + " weights, or the prefix of its names%s",
            file.path(),
            report.prefix().isEmpty() ? "" : " below " + report.prefix(),
            report,
            choice.hidden(),
            others));
  }

  /** Compares names and shapes without reading or changing anything. */
  private static ImportReport compare(
      ParameterTable table,
      TensorFile file,
      NetworkChoice.Chosen chosen,
      ImmutableList<FileNetwork> networks) {
    FileNetwork network = chosen.network();
    ImmutableList.Builder<String> loaded = ImmutableList.builder();
    ImmutableList.Builder<String> missing = ImmutableList.builder();
    ImmutableList.Builder<String> misshapen = ImmutableList.builder();
    Set<String> used = new HashSet<>();
    for (ParameterTable.Entry entry : table.entries()) {
      String name = network.name(WeightNames.torchName(entry));
      TensorInfo info = file.tensors().get(name);
      Unread unread = file.unread().get(name);
      used.add(name);
      if (info == null) {
        missing.add(unread == null ? name : name + " (" + unread + ", which is not read)");
      } else if (!info.shape().equals(WeightNames.torchShape(entry))) {
        misshapen.add(
            name + " (expected " + WeightNames.torchShape(entry) + ", found " + info.shape() + ")");
      } else {
        loaded.add(name);
      }
    }
    ImmutableList<FileNetwork> others =
        networks.stream().filter(other -> !other.equals(network)).collect(toImmutableList());
    others.forEach(other -> used.addAll(other.names().values()));
    ImmutableList<String> left =
        file.tensors().keySet().stream()
            .filter(name -> !used.contains(name) && !name.endsWith(WeightNames.COUNTER))
            .collect(toImmutableList());
    ImmutableList<String> surplus =
        left.stream().filter(name -> name.startsWith(network.prefix())).collect(toImmutableList());
    return new ImportReport(
        network.prefix(),
        chosen.description(),
        loaded.build(),
        missing.build(),
        misshapen.build(),
        surplus,
        left.size() - surplus.size(),
        FileNetwork.shown(others),
        file.unread());
  }

  /**
   * Refuses a larger network: all tensors of a shallower one may be in it, but without its other
   * blocks the features are none. Heads are parts of their own, and may be left over.
   */
  private static void checkDepth(TensorFile file, ImportReport report, FileNetwork from) {
    ImmutableSet<String> parts =
        from.names().values().stream()
            .map(name -> part(name, from.prefix()))
            .collect(toImmutableSet());
    ImmutableList<String> further =
        report.surplus().stream()
            .filter(name -> parts.contains(part(name, from.prefix())))
            .filter(name -> !WeightNames.isCount(name))
            .collect(toImmutableList());
    if (!further.isEmpty()) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected the %d tensors of the network%s, found %d further ones in the same"
                  + " parts, as of a deeper network: %s%s%nSpecify the backbone of these weights",
              file.path(),
              report.loaded().size(),
              report.prefix().isEmpty() ? "" : " below " + PickleValues.shortened(report.prefix()),
              further.size(),
              further.stream()
                  .limit(MOST_SHOWN)
                  .map(PickleValues::shortened)
                  .collect(joining(", ")),
              further.size() > MOST_SHOWN ? ", ..." : ""));
    }
  }

  /** The first part of a name behind the prefix: {@code layer3} or {@code conv1}. */
  private static String part(String name, String prefix) {
    String rest = name.substring(prefix.length());
    int end = rest.indexOf('.');
    return end < 0 ? rest : rest.substring(0, end);
  }

  /**
   * Reads all tensors once before the first is loaded, because the last may be damaged. A second
   * reading costs time, but a copy would cost memory.
   */
  private static void check(
      ComputationGraph network, ParameterTable table, TensorFile file, FileNetwork from) {
    ImmutableList.Builder<String> faults = ImmutableList.builder();
    for (ParameterTable.Entry entry : table.entries()) {
      checkLayout(network, entry);
      String name = from.name(WeightNames.torchName(entry));
      TensorScan scan = new TensorScan(name, TensorScan.isVariance(entry));
      file.read(name, scan::accept);
      scan.fault().ifPresent(faults::add);
    }
    TensorScan.check(file.path().toString(), faults.build());
  }

  /**
   * DL4J's [in, out] in f order is PyTorch's [out, in] in c order: the elements are in the same
   * order.
   */
  private static void checkLayout(ComputationGraph network, ParameterTable.Entry entry) {
    boolean vector = WeightNames.torchShape(entry).size() == 1;
    char expected = WeightNames.isMatrix(entry) ? 'f' : 'c';
    if (!vector && ParameterTable.view(network, entry).ordering() != expected) {
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
