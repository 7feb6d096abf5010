package dev.eman.cli;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trains on several machines what {@code eman train} would train on one. A jar on the class path
 * adds it by a public class with a constructor without arguments, named in {@code
 * META-INF/services/dev.eman.cli.ClusterTraining}.
 */
public interface ClusterTraining {
  /**
   * Where to train.
   *
   * @param master of the cluster, in its own notation
   * @param workers that train together; 0 for as many as the cluster has room for
   * @param settings of the cluster's program, by name
   */
  record Cluster(String master, int workers, Map<String, String> settings) {
    /** Copies the settings. */
    public Cluster {
      settings = Map.copyOf(settings);
    }
  }

  /**
   * Trains a whole run in a new folder.
   *
   * @param folder the user's choice, a path or a URI, which must not hold a run; null for the usual
   * @param usual the folder without a choice, or the next free one
   * @return the exit code
   */
  int start(
      Cluster cluster,
      @Nullable String folder,
      String usual,
      TrainingOptions options,
      PrintWriter out);

  /**
   * Resumes a run.
   *
   * @param folder of the run, a path or a URI
   * @param rebuildMetrics whether the metrics file may be damaged
   * @param changes options that override the run's own
   * @return the exit code
   */
  int resume(
      Cluster cluster, String folder, boolean rebuildMetrics, OptionTexts changes, PrintWriter out);

  /**
   * One of several runs.
   *
   * @param name for messages
   * @param options in YAML; a run in the folder that has begun is resumed with its own, but for the
   *     place of its data, if these name one
   * @param folder a path that is the same on all machines, or a URI
   */
  record Row(String name, String options, String folder) {}

  /**
   * Trains several runs at the same time, each by one worker.
   *
   * @param out gets a line for each that has ended
   * @return the exit codes, in the order of the rows; {@link ExitCodes#INTERRUPTED} for all of them
   *     if somebody has stopped them
   * @throws EmanException if the cluster fails; some may have finished
   */
  ImmutableList<Integer> trainEach(Cluster cluster, List<Row> rows, PrintWriter out);
}
