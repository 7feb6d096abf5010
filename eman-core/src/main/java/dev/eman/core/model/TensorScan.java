package dev.eman.core.model;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import java.util.Locale;
import java.util.Optional;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Looks for values of a tensor that no network can use: NaN and infinite ones, and variances below
 * zero. They need not show in the answers, because an activation may turn a NaN into 0.
 */
public final class TensorScan {
  private static final int SHOWN = 12;

  private final String name;
  private final boolean variance;
  private long seen;
  private long wrong;
  private long first;
  private float example;

  /**
   * Of one tensor.
   *
   * @param name for the message
   * @param variance whether values below zero are wrong
   */
  public TensorScan(String name, boolean variance) {
    this.name = name;
    this.variance = variance;
  }

  /** Whether an entry is a running variance. */
  public static boolean isVariance(ParameterTable.Entry entry) {
    return entry.statistic() && entry.key().equals("var");
  }

  /**
   * Looks at the next elements.
   *
   * @param values read from index 0 on
   * @param count number of elements
   */
  public void accept(float[] values, int count) {
    for (int i = 0; i < count; i++) {
      if (!Float.isFinite(values[i]) || (variance && values[i] < 0)) {
        if (wrong++ == 0) {
          first = seen + i;
          example = values[i];
        }
      }
    }
    seen += count;
  }

  /** What is wrong with the elements seen so far; empty if nothing is. */
  public Optional<String> fault() {
    return wrong == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s: %d of %d values %s (%s at %d)",
                name,
                wrong,
                seen,
                variance ? "are not finite or below zero" : "are not finite",
                example,
                first));
  }

  /**
   * Requires a network's tensors to be without fault.
   *
   * @param what the network, for the message
   * @throws EmanException that lists the tensors otherwise
   */
  public static void check(String what, ParameterTable table) {
    ImmutableList.Builder<String> faults = ImmutableList.builder();
    for (ParameterTable.Entry entry : table.entries()) {
      TensorScan scan = new TensorScan(entry.name(), isVariance(entry));
      float[] values =
          table
              .vector()
              .get(NDArrayIndex.interval(entry.offset(), entry.offset() + entry.length()))
              .toFloatVector();
      scan.accept(values, values.length);
      scan.fault().ifPresent(faults::add);
    }
    check(what, faults.build());
  }

  /**
   * Requires that there are no faults.
   *
   * @param what the network, for the message
   * @param faults of its tensors
   * @throws EmanException that lists them otherwise
   */
  public static void check(String what, ImmutableList<String> faults) {
    if (faults.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder(what);
    text.append(": expected finite weights and variances from 0 on, found others in ")
        .append(faults.size() == 1 ? "a tensor" : faults.size() + " tensors")
        .append("; nothing was loaded");
    faults.stream()
        .limit(SHOWN)
        .forEach(fault -> text.append(String.format(Locale.ROOT, "%n  %s", fault)));
    if (faults.size() > SHOWN) {
      text.append(String.format(Locale.ROOT, "%n  ..."));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%nThe training that wrote it has diverged, or the file is damaged: take an earlier"
                + " checkpoint"));
    throw new EmanException(text.toString());
  }
}
