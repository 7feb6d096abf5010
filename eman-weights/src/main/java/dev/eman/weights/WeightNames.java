package dev.eman.weights;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.core.model.ParameterTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** This library's tensors under PyTorch's names and in its shapes. */
final class WeightNames {
  /** A counter in PyTorch's normalisation that this library does not use. */
  static final String COUNTER = "num_batches_tracked";

  /** Buffers that profilers (thop) leave in modules. */
  private static final ImmutableSet<String> PROFILED = ImmutableSet.of("total_ops", "total_params");

  private WeightNames() {}

  /** Whether a name of PyTorch is of a count, which no answer depends on. */
  static boolean isCount(String name) {
    String last = name.substring(name.lastIndexOf('.') + 1);
    return last.equals(COUNTER) || PROFILED.contains(last);
  }

  /** {@code layer1.0.bn1_gamma} is {@code layer1.0.bn1.weight}. */
  static String torchName(ParameterTable.Entry entry) {
    String torch =
        switch (entry.key()) {
          case "W", "gamma" -> "weight";
          case "b", "beta" -> "bias";
          case "mean" -> "running_mean";
          case "var" -> "running_var";
          default -> entry.key();
        };
    return entry.vertex() + "." + torch;
  }

  /** Linear weights are {@code [out, in]} there; vectors have one dimension. */
  static ImmutableList<Long> torchShape(ParameterTable.Entry entry) {
    if (!isMatrix(entry)) {
      return entry.shape().size() > 2 ? entry.shape() : ImmutableList.of(entry.length());
    }
    List<Long> shape = new ArrayList<>(entry.shape());
    Collections.reverse(shape);
    return ImmutableList.copyOf(shape);
  }

  static boolean isMatrix(ParameterTable.Entry entry) {
    return entry.shape().size() == 2 && entry.key().equals("W");
  }
}
