package dev.eman.train;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.Datasets;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.util.Locale;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A network out of a run with the weights that others can use: a classifier whole, any other
 * without its heads.
 *
 * @param name what it is, in words
 * @param facts for the file
 */
public record SavedWeights(
    String name, ComputationGraph graph, ImmutableMap<String, String> facts) {
  public static SavedWeights of(Checkpoint checkpoint, InitialWeights from) {
    TrainingOptions options = OptionTexts.of(checkpoint).resolve();
    Backbone backbone =
        Backbones.named(
            options.backbone(), Datasets.named(options.data().dataset()).statistics().channels());
    boolean classifies = Algorithms.named(options.algorithm()).classifies();
    int classes = Splitter.on('\n').splitToList(checkpoint.require("classes")).size();
    boolean teacher = from.network() == Network.TEACHER;
    ComputationGraph graph = classifies ? backbone.classifier(classes, 0) : backbone.features(0);
    if (classifies) {
      from.checkStatistics(checkpoint);
      checkpoint.load(teacher, ParameterTable.of(graph));
    } else {
      from.load(graph, backbone);
    }
    return new SavedWeights(
        (teacher ? "teacher" : "student") + (classifies ? "" : "'s backbone"),
        graph,
        ImmutableMap.of(
            "network",
            options.backbone(),
            "algorithm",
            options.algorithm().toLowerCase(Locale.ROOT),
            "dataset",
            options.data().dataset(),
            "classes",
            checkpoint.require("classes")));
  }
}
