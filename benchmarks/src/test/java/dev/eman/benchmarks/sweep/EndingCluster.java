package dev.eman.benchmarks.sweep;

import com.google.common.collect.ImmutableList;
import dev.eman.cli.ClusterTraining;
import dev.eman.cli.ExitCodes;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cluster that trains nothing and ends as its master says: stopped, mistaken or aborted. */
public final class EndingCluster implements ClusterTraining {
  /** For {@link java.util.ServiceLoader}. */
  public EndingCluster() {}

  @Override
  public int start(
      Cluster cluster,
      @Nullable String folder,
      String usual,
      TrainingOptions options,
      PrintWriter out) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int resume(
      Cluster cluster,
      String folder,
      boolean rebuildMetrics,
      OptionTexts changes,
      PrintWriter out) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ImmutableList<Integer> trainEach(Cluster cluster, List<Row> rows, PrintWriter out) {
    return switch (cluster.master()) {
      case "stopped" ->
          ImmutableList.copyOf(Collections.nCopies(rows.size(), ExitCodes.INTERRUPTED));
      case "mistaken" -> throw new UsageException("no such master");
      default -> throw new EmanException("Job " + cluster.master());
    };
  }
}
